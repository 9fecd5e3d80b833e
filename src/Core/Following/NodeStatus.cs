using System.Collections.Immutable;
using Replication.Core.Positions;
using Replication.Core.Records;

namespace Replication.Core.Following;

/// <summary>
/// What a node is, has and knows: computed once, by <see cref="Of"/>, and only rendered by gRPC, HTTP, metrics and the
/// tools, so that they agree. Times are in milliseconds.
/// </summary>
public sealed record NodeStatus
{
    /// <summary>Its identity.</summary>
    public required ulong NodeId { get; init; }

    /// <summary>Its name, for people.</summary>
    public required string NodeName { get; init; }

    /// <summary><c>primary</c> or <c>replica</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required string State { get; init; }

    /// <summary>The lineage of its data.</summary>
    public required HistoryId History { get; init; }

    /// <summary>gRPC address of the primary, as far as it is known here; otherwise empty.</summary>
    public required string Primary { get; init; }

    /// <summary>Its own gRPC address.</summary>
    public required string Address { get; init; }

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>The end of the synced log.</summary>
    public required LogPosition Durable { get; init; }

    /// <summary>Highest index that readers may see.</summary>
    public required long CommitIndex { get; init; }

    /// <summary>Highest index that readers see.</summary>
    public required long AppliedIndex { get; init; }

    /// <summary>First entry in the log; 0 when it is empty.</summary>
    public required long FirstIndex { get; init; }

    /// <summary>Bytes of log on disk.</summary>
    public required long LogBytes { get; init; }

    /// <summary>Live records.</summary>
    public required long Records { get; init; }

    /// <summary>Collections.</summary>
    public required int Collections { get; init; }

    /// <summary>Bytes of memory that records and indexes take; 0 while readers are shown nothing.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes of memory beyond which a primary accepts only deletes; a replica takes whatever its upstream wrote.</summary>
    public required long MemoryLimitBytes { get; init; }

    /// <summary>Views that applications and clients hold, scans included.</summary>
    public required int OpenViews { get; init; }

    /// <summary>For how long the oldest of them has been open; 0 when there is none.</summary>
    public required long OldestViewMillis { get; init; }

    /// <summary>32 hexadecimal digits, at <see cref="AppliedIndex"/>.</summary>
    public required string Digest { get; init; }

    /// <summary>On disk, newest first.</summary>
    public required ImmutableArray<SnapshotStatus> Snapshots { get; init; }

    /// <summary>Replicas that follow this node or have since it started.</summary>
    public required ImmutableArray<FollowerStatus> Followers { get; init; }

    /// <summary>Nodes that follow one of them, or one further below: nearest first.</summary>
    public required ImmutableArray<DownstreamStatus> Below { get; init; }

    /// <summary>Null on a primary.</summary>
    public required UpstreamStatus? Upstream { get; init; }

    /// <summary>Where the node stopped because its files do not agree with a digest; null when they do.</summary>
    public HoldStatus? Hold { get; init; }

    /// <summary>Since the process started.</summary>
    public required long UptimeMillis { get; init; }

    /// <summary>Since the process started.</summary>
    public required NodeCounters Counters { get; init; }

    /// <summary>Null when the node is ready for traffic; otherwise why it is not.</summary>
    public required string? NotReadyReason { get; init; }

    /// <summary>The status that follows from what a node measured: no clock, no files, nothing else.</summary>
    /// <param name="facts">All of one moment.</param>
    /// <param name="limits">What a replica has to keep to be ready.</param>
    public static NodeStatus Of(NodeFacts facts, ReadyLimits limits)
    {
        return new NodeStatus
        {
            NodeId = facts.NodeId,
            NodeName = facts.NodeName,
            Role = facts.Role,
            State = facts.State,
            History = facts.History,
            Primary = facts.Primary,
            Address = facts.Address,
            Version = facts.Version,
            Durable = facts.Durable,
            CommitIndex = facts.CommitIndex,
            AppliedIndex = facts.Applied,
            FirstIndex = IsLogEmpty(facts) ? 0 : facts.FirstIndex,
            LogBytes = facts.LogBytes,
            Records = facts.Records,
            Collections = facts.Collections,
            MemoryBytes = facts.MemoryBytes,
            MemoryLimitBytes = facts.MemoryLimitBytes,
            OpenViews = facts.OpenViews,
            OldestViewMillis = (long)facts.OldestView.TotalMilliseconds,
            Digest = facts.Digest,
            Snapshots = facts.Snapshots,
            Followers = facts.Followers,
            Below = facts.Below,
            Upstream = facts.Upstream,
            Hold = facts.Hold is { } hold ? HoldStatus.Of(hold) : null,
            UptimeMillis = (long)facts.Uptime.TotalMilliseconds,
            Counters = facts.Counters,
            NotReadyReason = limits.NotReadyReason(facts),
        };
    }

    private static bool IsLogEmpty(NodeFacts facts) => facts.FirstIndex <= 0 || facts.FirstIndex > facts.Durable.Index;
}

/// <summary>One snapshot on disk.</summary>
/// <param name="Position">Of the last entry in it.</param>
/// <param name="Bytes">Of the data file.</param>
/// <param name="Records">In it.</param>
public sealed record SnapshotStatus(LogPosition Position, long Bytes, long Records);

/// <summary>One replica as its upstream sees it.</summary>
/// <param name="NodeId">Its identity.</param>
/// <param name="NodeName">Its name.</param>
/// <param name="Address">Where it serves.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Received">Highest index it received.</param>
/// <param name="Durable">Highest index synced on its disk.</param>
/// <param name="Applied">Highest index its readers see.</param>
/// <param name="LagEntries">Committed entries that its readers do not see yet.</param>
/// <param name="LagBytes">About how many bytes of log it has not received yet.</param>
/// <param name="LastContactMillis">Since it was heard of.</param>
public sealed record FollowerStatus(
    ulong NodeId, string NodeName, string Address, FollowerState State, long Received, long Durable, long Applied, long LagEntries, long LagBytes, long LastContactMillis)
{
    /// <summary>Bytes of log that may be written before the log is no longer kept for it, 0 once it is not; null when nothing is kept for it.</summary>
    public long? BytesUntilDropped { get; init; }

    /// <summary>For how long it may stay silent before that; null while a session is open, or when nothing is kept for it.</summary>
    public long? MillisUntilDropped { get; init; }

    /// <summary>Fetched so far, of a bootstrap under way.</summary>
    public long BootstrapBytes { get; init; }

    /// <summary>To be fetched in all; 0 when there is no bootstrap.</summary>
    public long BootstrapTotalBytes { get; init; }

    /// <summary>For how long it will still fetch, at the pace of the last seconds; null when that cannot be told.</summary>
    public long? BootstrapMillisLeft { get; init; }
}

/// <summary>A node that gets its data over a follower, as that one reports it. No log is kept for it here, and no quorum counts it.</summary>
/// <param name="NodeId">Its identity.</param>
/// <param name="NodeName">Its name.</param>
/// <param name="Address">Where it serves.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="ViaNodeId">Identity of the node that it follows.</param>
/// <param name="Via">Name of that node.</param>
/// <param name="Durable">Highest index synced on its disk.</param>
/// <param name="Applied">Highest index its readers see.</param>
/// <param name="LagEntries">Entries committed here that its readers do not see yet.</param>
/// <param name="LagBytes">About how many bytes of log it has not synced yet.</param>
/// <param name="LastContactMillis">Since it was heard of, to the second.</param>
public sealed record DownstreamStatus(
    ulong NodeId, string NodeName, string Address, FollowerState State, ulong ViaNodeId, string Via, long Durable, long Applied, long LagEntries, long LagBytes, long LastContactMillis)
{
    /// <summary>As of a follower: for one that followed this node itself before, until its log is no longer kept; otherwise null.</summary>
    public long? BytesUntilDropped { get; init; }

    /// <summary>As of a follower: for one that followed this node itself before; otherwise null.</summary>
    public long? MillisUntilDropped { get; init; }
}

/// <summary>The upstream as a replica sees it: <see cref="UpstreamFacts.At"/> computes it.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Connected">Whether a session is open. A link that is dead may not be closed: see <paramref name="LastContactMillis"/>.</param>
/// <param name="LastContactMillis">Since it was heard of; since the role began when it never was.</param>
/// <param name="CommitIndex">The last one it announced.</param>
/// <param name="LagEntries">Entries that it is known to have and readers here do not see yet; null until it said what it has.</param>
/// <param name="AgeMillis">How old the data shown here may be; null until that is known.</param>
/// <param name="LastError">Why the last session ended; empty when none has.</param>
/// <param name="BootstrapBytes">Fetched so far, of a bootstrap under way.</param>
/// <param name="BootstrapTotalBytes">To be fetched in all; 0 when there is no bootstrap.</param>
public sealed record UpstreamStatus(
    string Address, bool Connected, long LastContactMillis, long CommitIndex, long? LagEntries, long? AgeMillis, string LastError, long BootstrapBytes, long BootstrapTotalBytes)
{
    /// <summary>How many bytes of the upstream's log that is, as the upstream counts; null while it is not known.</summary>
    public long? LagBytes { get; init; }

    /// <summary>For how long a bootstrap under way will still fetch, at the pace of the last seconds; null when that cannot be told.</summary>
    public long? BootstrapMillisLeft { get; init; }
}

/// <summary>What a node counted since its process started.</summary>
public sealed record NodeCounters(
    long Commits, long Rejections, long LogSyncs, long SnapshotsWritten, long SnapshotsServed, long SnapshotsInstalled, long SessionsResumed, long EntriesApplied)
{
    /// <summary>How often memory did not agree with a digest and was replaced by what the node's own files make.</summary>
    public long MemoryReplaced { get; init; }
}

/// <summary>Where a node stopped because its own files do not agree with a digest in the log.</summary>
/// <param name="Position">Of that digest.</param>
/// <param name="Agreed">What it shows: where they agreed last.</param>
/// <param name="LoggedDigest">What the primary wrote: 32 hexadecimal digits.</param>
/// <param name="OwnDigest">What its own files make.</param>
/// <param name="LoggedRecords">What the primary wrote.</param>
/// <param name="OwnRecords">What its own files make.</param>
/// <param name="Advice">What the node does and what an operator can do.</param>
public sealed record HoldStatus(LogPosition Position, LogPosition Agreed, string LoggedDigest, string OwnDigest, long LoggedRecords, long OwnRecords, string Advice)
{
    internal static HoldStatus Of(DigestHold hold) =>
        new(hold.Position, hold.Agreed, hold.Logged.Digest.ToString(), hold.Own.Digest.ToString(), hold.Logged.Records, hold.Own.Records, hold.Advice);
}
