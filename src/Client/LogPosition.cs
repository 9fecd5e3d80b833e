using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <summary>
/// A place in the log: entry number <see cref="Index"/>, written in reign number <see cref="Epoch"/>. Written <c>3/1042</c>.
/// </summary>
/// <param name="Epoch">The number of the reign, from 1; 0 before the first.</param>
/// <param name="Index">The number of the entry, from 1; 0 before the first.</param>
public readonly record struct LogPosition(uint Epoch, ulong Index) : IParsable<LogPosition>
{
    /// <summary>Reads the form <c>3/1042</c>.</summary>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static LogPosition Parse(string s) => Parse(s, null);

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
        if (s?.IndexOf('/', StringComparison.Ordinal) is not (>= 0 and var slash)) return false;
        if (!uint.TryParse(s.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)) return false;
        if (!ulong.TryParse(s.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return false;
        result = new LogPosition(epoch, index);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}/{Index}");

    internal static LogPosition From(Contract.Position? position) => position is null ? default : new(position.Epoch, position.Index);

    internal Contract.Position ToMessage() => new() { Epoch = Epoch, Index = Index };
}
