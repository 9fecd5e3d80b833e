using System.Collections.Immutable;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records.Memory;
using Replication.Core.Reigns;
using Replication.Core.Transactions;

namespace Replication.Core.Records;

/// <summary>
/// The whole database at one index: what all entries up to it made. Never changed, but its records are read through a
/// <see cref="ReadView"/> or <see cref="ReadGuard"/> only, because memory of older states is used again.
/// </summary>
public sealed class DatabaseState
{
    internal DatabaseState(
        LogTail tail, ImmutableSortedDictionary<string, Collection> collections, StateDigest digest, long records, EpochTable epochs, Configuration configuration,
        RecordMemory? memory, long version)
    {
        Tail = tail;
        Collections = collections;
        Digest = digest;
        Records = records;
        Epochs = epochs;
        Configuration = configuration;
        Memory = memory;
        Version = version;
    }

    /// <summary>Before the first entry of a history.</summary>
    public static DatabaseState Empty { get; } = new(
        LogTail.Start, ImmutableSortedDictionary.Create<string, Collection>(StringComparer.Ordinal), StateDigest.Empty, 0, EpochTable.Empty, Configuration.None, null, 0);

    /// <summary>The last entry whose effects are in it.</summary>
    public LogTail Tail { get; }

    /// <summary>Position of that entry.</summary>
    public LogPosition Position => Tail.Position;

    /// <summary>Index of that entry.</summary>
    public long Index => Tail.Index;

    /// <summary>In the order of their names.</summary>
    public ImmutableSortedDictionary<string, Collection> Collections { get; }

    /// <summary>The digest of all records, collections and remembered requests.</summary>
    public StateDigest Digest { get; }

    /// <summary>Records in all collections.</summary>
    public long Records { get; }

    /// <summary>Every reign up to here.</summary>
    public EpochTable Epochs { get; }

    /// <summary>The voters and the quorum in force.</summary>
    public Configuration Configuration { get; }

    /// <summary>Bytes of memory that records and indexes take now, what other states need included.</summary>
    public long UsedBytes => Memory?.UsedBytes ?? 0;

    /// <summary>The requests that are remembered.</summary>
    public RequestMemory Requests { get; internal init; } = RequestMemory.Empty;

    /// <summary>Where its records are; null when there never were any.</summary>
    internal RecordMemory? Memory { get; }

    /// <summary>Orders the states that share a memory.</summary>
    internal long Version { get; }

    /// <summary>The position at which an entry with this index was written.</summary>
    public LogPosition PositionOf(long index) => Epochs.PositionOf(index);
}
