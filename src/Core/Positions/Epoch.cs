using System.Globalization;

namespace Replication.Core.Positions;

/// <summary>The number of a reign, dense and ascending from 1; 0 stands for "before the first reign".</summary>
/// <param name="Number">0 to 2^32 - 1.</param>
public readonly record struct Epoch(uint Number) : IComparable<Epoch>
{
    /// <summary>Before the first reign of any history.</summary>
    public static Epoch None => default;

    /// <summary>The next epoch.</summary>
    /// <exception cref="OverflowException">This is the last one.</exception>
    public Epoch Next() => new(checked(Number + 1));

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Number.CompareTo(other.Number);

    /// <summary>Whether the left reign is older.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.Number < right.Number;

    /// <summary>Whether the left reign is newer.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.Number > right.Number;

    /// <summary>Whether the left reign is older or the same.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.Number <= right.Number;

    /// <summary>Whether the left reign is newer or the same.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.Number >= right.Number;

    /// <inheritdoc/>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
