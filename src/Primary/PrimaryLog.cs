using Microsoft.Extensions.Logging;

namespace Replication.Primary;

/// <summary>What the writing role logs: ids 1000 to 1999.</summary>
internal static partial class PrimaryLog
{
    [LoggerMessage(1001, LogLevel.Information, "Reign {Epoch} begins with entry {Index}; this node writes.")]
    public static partial void ReignBegins(ILogger logger, uint epoch, long index);

    [LoggerMessage(1002, LogLevel.Critical, "The log cannot be written or synced, so what is on the disk is unknown. Nothing of the last batch is answered; the process ends, and the next start decides from the disk.")]
    public static partial void LogFailed(ILogger logger, Exception failure);

    [LoggerMessage(1003, LogLevel.Error, "The disk is full, so entry {Position} and what was decided behind it are rejected. {Reason} Reads and streams go on.")]
    public static partial void DiskFull(ILogger logger, string position, string reason);

    [LoggerMessage(1004, LogLevel.Information, "The disk has room again: writing goes on with entry {Position}.")]
    public static partial void DiskHasRoom(ILogger logger, string position);

    [LoggerMessage(1101, LogLevel.Information, "Replica {Name} ({NodeId:x16}) follows from entry {Index}.")]
    public static partial void FollowerResumes(ILogger logger, string name, ulong nodeId, long index);

    [LoggerMessage(1102, LogLevel.Information, "Replica {Name} ({NodeId:x16}) begins from the snapshot at {Position}.")]
    public static partial void FollowerNeedsSnapshot(ILogger logger, string name, ulong nodeId, string position);

    [LoggerMessage(1103, LogLevel.Warning, "Replica {Name} ({NodeId:x16}) parted from this history behind {Fork}; it is told to cut back.")]
    public static partial void FollowerDiverged(ILogger logger, string name, ulong nodeId, string fork);

    [LoggerMessage(1104, LogLevel.Warning, "Replica {Name} ({NodeId:x16}) is refused: {Reason}")]
    public static partial void FollowerRefused(ILogger logger, string name, ulong nodeId, string reason);

    [LoggerMessage(1105, LogLevel.Information, "The session of replica {Name} ({NodeId:x16}) ended: {Reason}")]
    public static partial void SessionEnded(ILogger logger, string name, ulong nodeId, string reason);

    [LoggerMessage(1106, LogLevel.Error, "This node's log cannot be read. It serves on from memory, and replicas that need these entries begin from a snapshot; but a restart will refuse this log: take a backup or make another node the primary before that.")]
    public static partial void LogUnreadable(ILogger logger, Exception damage);

    [LoggerMessage(1107, LogLevel.Information, "Replica {Name} ({NodeId:x16}) begins from a snapshot of another node.")]
    public static partial void FollowerFetchesElsewhere(ILogger logger, string name, ulong nodeId);

    [LoggerMessage(1108, LogLevel.Warning, "Replica {Name} ({NodeId:x16}) knows entries up to kind {Known}, this version writes up to kind {Newest}: it stops before the first one that it does not know. Upgrade it.")]
    public static partial void FollowerKnowsLess(ILogger logger, string name, ulong nodeId, int known, int newest);

    [LoggerMessage(1201, LogLevel.Information, "Snapshot at {Position}: {Records} records, {Bytes} bytes.")]
    public static partial void SnapshotWritten(ILogger logger, string position, long records, long bytes);

    [LoggerMessage(1203, LogLevel.Error, "A snapshot is damaged on this node's disk. It is not offered any more and does not count as kept.")]
    public static partial void SnapshotUnreadable(ILogger logger, Exception damage);

    [LoggerMessage(1202, LogLevel.Information, "{Chunks} of {Total} chunks of the snapshot at {Position} were sent.")]
    public static partial void SnapshotServed(ILogger logger, int chunks, int total, string position);
}
