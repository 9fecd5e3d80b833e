namespace Replication.Client;

/// <summary>
/// Which records a query shows: those with one value, with values in a range, or with texts that begin with something; without any
/// of these all that have a value. In the order of the values, then of the keys.
/// </summary>
public sealed record QueryOptions
{
    /// <summary>Exactly this value; excludes the other bounds.</summary>
    public IndexValue? EqualTo { get; init; }

    /// <summary>The first value. Without <see cref="To"/> only values of its kind follow.</summary>
    public IndexValue? From { get; init; }

    /// <summary>Whether <see cref="From"/> itself is left out.</summary>
    public bool IsFromExclusive { get; init; }

    /// <summary>The last value, left out unless <see cref="IsToInclusive"/>. Without <see cref="From"/> only values of its kind come before it.</summary>
    public IndexValue? To { get; init; }

    /// <summary>Whether <see cref="To"/> itself is shown, too.</summary>
    public bool IsToInclusive { get; init; }

    /// <summary>Texts that begin with this; excludes the other bounds. Null for no bound.</summary>
    public string? Prefix { get; init; }

    /// <summary>At most so many records; 0 for all.</summary>
    public ulong Limit { get; init; }

    /// <summary>From <see cref="ScanPage.Continuation"/>: goes on behind an earlier query of the same bounds.</summary>
    public ReadOnlyMemory<byte> Continuation { get; init; }

    /// <summary>Which state is accepted; null for what the node has.</summary>
    public ReadOptions? Read { get; init; }
}
