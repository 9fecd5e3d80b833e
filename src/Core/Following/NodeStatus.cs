using System.Collections.Immutable;
using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>What a node is, has and knows: computed once, rendered by gRPC, HTTP and the tools. Times are in milliseconds.</summary>
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

    /// <summary>32 hexadecimal digits, at <see cref="AppliedIndex"/>.</summary>
    public required string Digest { get; init; }

    /// <summary>On disk, newest first.</summary>
    public required ImmutableArray<SnapshotStatus> Snapshots { get; init; }

    /// <summary>Replicas that follow this node or have since it started.</summary>
    public required ImmutableArray<FollowerStatus> Followers { get; init; }

    /// <summary>Null on a primary.</summary>
    public required UpstreamStatus? Upstream { get; init; }

    /// <summary>Since the process started.</summary>
    public required long UptimeMillis { get; init; }

    /// <summary>Since the process started.</summary>
    public required NodeCounters Counters { get; init; }

    /// <summary>Null when the node is ready for traffic; otherwise why it is not.</summary>
    public required string? NotReadyReason { get; init; }
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
    ulong NodeId, string NodeName, string Address, FollowerState State, long Received, long Durable, long Applied, long LagEntries, long LagBytes, long LastContactMillis);

/// <summary>The upstream as a replica sees it.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Connected">Whether a session is open.</param>
/// <param name="LastContactMillis">Since it was heard of; since the node's start when it never was.</param>
/// <param name="CommitIndex">The last one it announced.</param>
/// <param name="LagEntries">Committed entries that readers here do not see yet.</param>
/// <param name="AgeMillis">How old the data shown here may be.</param>
/// <param name="LastError">Why the last session ended; empty when none has.</param>
/// <param name="BootstrapBytes">Fetched so far, of a bootstrap under way.</param>
/// <param name="BootstrapTotalBytes">To be fetched in all; 0 when there is no bootstrap.</param>
public sealed record UpstreamStatus(
    string Address, bool Connected, long LastContactMillis, long CommitIndex, long LagEntries, long AgeMillis, string LastError, long BootstrapBytes, long BootstrapTotalBytes);

/// <summary>What a node counted since its process started.</summary>
public sealed record NodeCounters(
    long Commits, long Rejections, long LogSyncs, long SnapshotsWritten, long SnapshotsServed, long SnapshotsInstalled, long SessionsResumed, long EntriesApplied);
