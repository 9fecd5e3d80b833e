using Microsoft.Extensions.Logging;

namespace Replication.Replica;

/// <summary>What the following role logs: ids 2000 to 2999.</summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(2001, LogLevel.Information, "Replica state {From} → {To}.")]
    public static partial void StateChanged(ILogger logger, ReplicaState from, ReplicaState to);

    [LoggerMessage(2002, LogLevel.Information, "Following {Upstream} from entry {Index}.")]
    public static partial void Resumed(ILogger logger, Uri upstream, long index);

    [LoggerMessage(2003, LogLevel.Warning, "The session with {Upstream} ended at entry {Index}: {Reason} What is here is served on; connecting again.")]
    public static partial void SessionEnded(ILogger logger, Uri upstream, long index, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "{Upstream} cannot be followed: {Reason} Trying again in {Delay}.")]
    public static partial void ConnectFailed(ILogger logger, Uri upstream, string reason, TimeSpan delay);

    [LoggerMessage(2005, LogLevel.Warning, "{Upstream} may write entries up to kind {Newest}, this version knows them up to kind {Known}: it will stop before the first one that it does not know. Upgrade this node.")]
    public static partial void KnowsLess(ILogger logger, Uri upstream, uint newest, int known);

    [LoggerMessage(2101, LogLevel.Information, "Bootstrap from the snapshot at {Position}: {Records} records in {Chunks} chunks, {Missing} of them to fetch.")]
    public static partial void BootstrapBegins(ILogger logger, string position, long records, int chunks, int missing);

    [LoggerMessage(2102, LogLevel.Information, "The snapshot at {Position} is verified, digest {Digest}, and shown with the log behind it up to {Shown}.")]
    public static partial void BootstrapDone(ILogger logger, string position, string digest, string shown);

    [LoggerMessage(2104, LogLevel.Information, "{Reason} The chunks that are missing wait for {Delay}; the log streams in meanwhile.")]
    public static partial void BootstrapWaits(ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(2105, LogLevel.Warning, "The snapshot at {Position} cannot be had: {Reason} What came of it is forgotten; this node asks for another.")]
    public static partial void BootstrapForgotten(ILogger logger, string position, string reason);

    [LoggerMessage(2106, LogLevel.Warning, "{Source} offers no snapshot: {Reason} The upstream is asked for one instead.")]
    public static partial void BootstrapElsewhereFailed(ILogger logger, Uri source, string reason);

    [LoggerMessage(2103, LogLevel.Warning, "This node's history parted from its upstream's behind {Fork}; its log goes to the lost folder and it begins from a snapshot. What readers saw beyond is no longer shown.")]
    public static partial void Diverged(ILogger logger, string fork);

    [LoggerMessage(2301, LogLevel.Error, "The digest at {Position} does not agree: the log says {Logged} over {LoggedRecords} records, memory has {Own} over {OwnRecords}. Nothing is shown until this node's own snapshot and log have been replayed.")]
    public static partial void MemoryDoubted(ILogger logger, string position, string logged, long loggedRecords, string own, long ownRecords);

    [LoggerMessage(2302, LogLevel.Error, "This node's memory was wrong; its own snapshot and log agree, and what they make replaces it: shown up to {Position}, digest {Digest}. If it comes again, test the machine's memory.")]
    public static partial void MemoryReplaced(ILogger logger, string position, string digest);

    [LoggerMessage(2303, LogLevel.Error, "{Finding} {Advice}")]
    public static partial void Holding(ILogger logger, string finding, string advice);

    [LoggerMessage(2304, LogLevel.Warning, "A snapshot was passed over. {Reason}")]
    public static partial void SnapshotPassedOver(ILogger logger, string reason);

    [LoggerMessage(2201, LogLevel.Critical, "This node cannot go on. The process ends; the next start decides from the disk.")]
    public static partial void Failed(ILogger logger, Exception failure);
}
