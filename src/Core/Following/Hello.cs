using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>What a replica wants to be.</summary>
public enum FollowerKind
{
    /// <summary>Serves reads.</summary>
    Reader,
    /// <summary>Asks to be listed as a voter.</summary>
    Standby,
    /// <summary>Reads the log and keeps nothing: no log is kept for it when it is away.</summary>
    Tail,
}

/// <summary>How a replica introduces itself.</summary>
/// <param name="ProtocolVersion">The newest of the follow protocol that it speaks.</param>
/// <param name="LogFormatVersion">The newest log format it reads.</param>
/// <param name="History">Of its data; none when it has none.</param>
/// <param name="NodeId">Never zero.</param>
/// <param name="NodeName">For people, at most 255 characters.</param>
/// <param name="Address">Where it serves, for status; may be empty.</param>
/// <param name="StartCounter">One more at each of its starts.</param>
/// <param name="RunId">Random, of this run of its process.</param>
/// <param name="Kind">What it wants to be.</param>
/// <param name="Epochs">Every reign in its log and snapshots.</param>
/// <param name="Durable">The end of its synced log.</param>
/// <param name="DurableCrc">The crc of the frame there.</param>
public sealed record Hello(
    int ProtocolVersion,
    uint LogFormatVersion,
    HistoryId History,
    ulong NodeId,
    string NodeName,
    string Address,
    ulong StartCounter,
    ulong RunId,
    FollowerKind Kind,
    EpochTable Epochs,
    LogPosition Durable,
    uint DurableCrc)
{
    /// <summary>The newest protocol version of this code.</summary>
    public static int CurrentProtocolVersion => ProtocolVersions.Own.Newest;

    /// <summary>The log format version of this code.</summary>
    public const uint CurrentLogFormatVersion = SegmentHeader.Version;

    /// <summary>The oldest version of the follow protocol that it speaks.</summary>
    public int OldestProtocolVersion { get; init; } = ProtocolVersions.Own.Oldest;

    /// <summary>The newest kind of entry that it knows; 0 when it does not say.</summary>
    public int NewestEntryKind { get; init; } = (int)EntryKinds.Newest;

    /// <summary>Of the snapshot that it still fetches, while only the log behind it is here; null when it has all its data.</summary>
    public LogPosition? Fetching { get; init; }

    /// <summary>Whether it takes snapshots from another node, so that none needs to be offered.</summary>
    public bool FetchesElsewhere { get; init; }

    /// <summary>Whether it has a log that can be gone on with.</summary>
    public bool HasLog => History != HistoryId.None;
}
