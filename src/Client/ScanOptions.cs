namespace Replication.Client;

/// <summary>Which records of a collection a scan shows, in key order (the order of their bytes).</summary>
public sealed record ScanOptions
{
    /// <summary>Keys that begin with this text; empty for all.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>First key, inclusive; empty for no bound.</summary>
    public string From { get; init; } = string.Empty;

    /// <summary>Last key, exclusive; empty for no bound.</summary>
    public string To { get; init; } = string.Empty;

    /// <summary>At most so many records; 0 for all.</summary>
    public ulong Limit { get; init; }

    /// <summary>From <see cref="ScanPage.Continuation"/>: goes on behind an earlier scan of the same bounds.</summary>
    public ReadOnlyMemory<byte> Continuation { get; init; }

    /// <summary>Which state is accepted; null for what the node has.</summary>
    public ReadOptions? Read { get; init; }
}

/// <summary>Some records of a scan; all pages of one scan show one state.</summary>
/// <param name="Stamp">What state it shows.</param>
/// <param name="Records">In key order.</param>
/// <param name="Continuation">Where to go on; empty unless this is the last page and the limit left records out.</param>
public sealed record ScanPage(ReadStamp Stamp, IReadOnlyList<StoredRecord> Records, ReadOnlyMemory<byte> Continuation);
