using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Replication.Core.Positions;

/// <summary>
/// A place in the log: entry number <see cref="Index"/>, written in reign number <see cref="Epoch"/>. Within a reign
/// a position is never used for two contents. Written <c>3/1042</c>.
/// </summary>
/// <param name="Epoch">The reign of the entry.</param>
/// <param name="Index">The dense number of the entry, from 1; 0 stands for "before the first entry".</param>
public readonly record struct LogPosition(Epoch Epoch, long Index) : IComparable<LogPosition>, IParsable<LogPosition>
{
    /// <summary>Before the first entry of any history.</summary>
    public static LogPosition Start => default;

    /// <summary>Orders by epoch, then by index: the order in which "furthest ahead" is decided.</summary>
    public int CompareTo(LogPosition other)
    {
        var byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : Index.CompareTo(other.Index);
    }

    /// <summary>Whether the left position comes first.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left position comes last.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left position comes first or both are the same.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left position comes last or both are the same.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;

    /// <summary>Reads the form <c>3/1042</c>.</summary>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static LogPosition Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var position)
            ? position
            : throw new FormatException($"'{s}' is not a position; write it as EPOCH/INDEX, for instance 3/1042.");

    /// <summary>Reads the form <c>3/1042</c>; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LogPosition result)
    {
        result = default;
        if (s is null) return false;
        var slash = s.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return false;
        if (!uint.TryParse(s.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)) return false;
        if (!long.TryParse(s.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return false;
        result = new LogPosition(new Epoch(epoch), index);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch.Number}/{Index}");
}
