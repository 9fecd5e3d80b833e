using System.Collections.Immutable;
using Replication.Core.Positions;
using Replication.Core.Records;

namespace Replication.Core.Following;

/// <summary>Whether a node is at work.</summary>
public enum NodePhase
{
    /// <summary>Its data directory is being opened.</summary>
    Starting,
    /// <summary>It does what its role is.</summary>
    Working,
    /// <summary>It ends what it does.</summary>
    Stopping,
}

/// <summary>What a node measured of itself at one moment: the input of <see cref="NodeStatus.Of"/>.</summary>
public sealed record NodeFacts
{
    /// <summary>Its identity.</summary>
    public required ulong NodeId { get; init; }

    /// <summary>Its name, for people.</summary>
    public required string NodeName { get; init; }

    /// <summary><c>primary</c> or <c>replica</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Where it is in its life, by name.</summary>
    public required string State { get; init; }

    /// <summary>Whether it is at work.</summary>
    public required NodePhase Phase { get; init; }

    /// <summary>Whether the first entry of its own reign is committed. True on a replica, which has none.</summary>
    public required bool IsReignOpen { get; init; }

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
    public required long Applied { get; init; }

    /// <summary>First entry in the log; one beyond the last when it is empty, 0 when there is no log.</summary>
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

    /// <summary>For how long the oldest of them has been open; zero when there is none.</summary>
    public required TimeSpan OldestView { get; init; }

    /// <summary>32 hexadecimal digits, at <see cref="Applied"/>.</summary>
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
    public DigestHold? Hold { get; init; }

    /// <summary>Whether readers are shown nothing for now: memory is doubted, or the data is not in the history that goes on.</summary>
    public bool IsWithheld { get; init; }

    /// <summary>Since the process started.</summary>
    public required TimeSpan Uptime { get; init; }

    /// <summary>Since the process started.</summary>
    public required NodeCounters Counters { get; init; }
}
