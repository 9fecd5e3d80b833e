using System.Collections.Immutable;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Reigns;

namespace Replication.Core.Records;

/// <summary>
/// The whole database at one index: what all entries up to it made. Never changed, so whoever holds it has an exact
/// view over all collections, for as long as he holds it.
/// </summary>
public sealed class DatabaseState
{
    internal DatabaseState(
        LogTail tail, ImmutableSortedDictionary<string, Collection> collections, StateDigest digest, long records, EpochTable epochs, Configuration configuration)
    {
        Tail = tail;
        Collections = collections;
        Digest = digest;
        Records = records;
        Epochs = epochs;
        Configuration = configuration;
    }

    /// <summary>Before the first entry of a history.</summary>
    public static DatabaseState Empty { get; } = new(
        LogTail.Start, ImmutableSortedDictionary.Create<string, Collection>(StringComparer.Ordinal), StateDigest.Empty, 0, EpochTable.Empty, Configuration.None);

    /// <summary>The last entry whose effects are in it.</summary>
    public LogTail Tail { get; }

    /// <summary>Position of that entry.</summary>
    public LogPosition Position => Tail.Position;

    /// <summary>Index of that entry.</summary>
    public long Index => Tail.Index;

    /// <summary>In the order of their names.</summary>
    public ImmutableSortedDictionary<string, Collection> Collections { get; }

    /// <summary>The digest of all records and collections.</summary>
    public StateDigest Digest { get; }

    /// <summary>Records in all collections.</summary>
    public long Records { get; }

    /// <summary>Every reign up to here.</summary>
    public EpochTable Epochs { get; }

    /// <summary>The voters and the quorum in force.</summary>
    public Configuration Configuration { get; }

    /// <summary>The position at which an entry with this index was written.</summary>
    public LogPosition PositionOf(long index) => Epochs.PositionOf(index);
}
