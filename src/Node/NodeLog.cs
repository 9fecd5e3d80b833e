using Microsoft.Extensions.Logging;
using Replication.Node.Roles;

namespace Replication.Node;

/// <summary>What a node logs: ids 3000 to 3999.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(3001, LogLevel.Information, "Node state {From} → {To}.")]
    public static partial void StateChanged(ILogger logger, NodeState from, NodeState to);

    [LoggerMessage(3002, LogLevel.Information, "Opened {Directory} as node {NodeId:x16}, start {StartCounter}: snapshot at {SnapshotIndex}, {Replayed} entries replayed, {Records} records at {Position}, digest {Digest}.")]
    public static partial void Opened(ILogger logger, string directory, ulong nodeId, ulong startCounter, long snapshotIndex, long replayed, long records, string position, string digest);

    [LoggerMessage(3003, LogLevel.Information, "Made a new database in {Directory}, history {History}.")]
    public static partial void Created(ILogger logger, string directory, string history);

    [LoggerMessage(3004, LogLevel.Warning, "A crash had cut the write of entry {Index} short ({Reason}): {Bytes} bytes that were never acknowledged were cut off and saved as {File}.")]
    public static partial void TornTail(ILogger logger, long index, string reason, long bytes, string file);

    [LoggerMessage(3005, LogLevel.Warning, "A snapshot was passed over. {Reason}")]
    public static partial void SnapshotPassedOver(ILogger logger, string reason);

    [LoggerMessage(3006, LogLevel.Information, "gRPC is served on {Address}.")]
    public static partial void Serving(ILogger logger, string address);

    [LoggerMessage(3007, LogLevel.Error, "A snapshot could not be written; the log is kept until one can. Trying again later.")]
    public static partial void SnapshotFailed(ILogger logger, Exception failure);

    [LoggerMessage(3008, LogLevel.Warning, "The register of followers could not be written. Trying again; if this node restarts before that, replicas that are away may have to begin from a snapshot.")]
    public static partial void FollowersNotKept(ILogger logger, Exception failure);

    [LoggerMessage(3009, LogLevel.Warning, "A view ({Purpose}) at {Position} has been open for {Seconds} s and keeps the memory of everything that is replaced meanwhile. It is closed after {MaxSeconds} s (0: never); read in smaller parts, or dispose of it.")]
    public static partial void ViewIsOld(ILogger logger, string purpose, string position, long seconds, long maxSeconds);

    [LoggerMessage(3010, LogLevel.Warning, "A view ({Purpose}) at {Position} was open for {Seconds} s, longer than Replication:MaxViewAge, and was closed. Whoever reads through it gets an error that says so.")]
    public static partial void ViewExpired(ILogger logger, string purpose, string position, long seconds);

    [LoggerMessage(3011, LogLevel.Information, "Recovering for {Seconds} s: {Progress}. The node serves nothing until it is done.")]
    public static partial void Recovering(ILogger logger, string progress, long seconds);

    [LoggerMessage(3012, LogLevel.Information, "Recovered in {Seconds:F1} s: {Records} records, {PerSecond} a second; {Replayed} of the log's entries were replayed.")]
    public static partial void Recovered(ILogger logger, double seconds, long records, long perSecond, long replayed);

    [LoggerMessage(3013, LogLevel.Warning, "{Address} has {Limit} connections, as many as Replication:MaxConnections or the process's handles allow, and closes further ones at once; {Refused} since the start. Find out who opens them.")]
    public static partial void ConnectionsRefused(ILogger logger, string address, int limit, long refused);
}
