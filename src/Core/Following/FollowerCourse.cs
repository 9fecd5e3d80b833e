using Replication.Core.Database;
using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>What a replica does with its upstream's answer.</summary>
public enum FollowerMove
{
    /// <summary>Take frames behind the end of its log.</summary>
    Follow,
    /// <summary>Fetch the snapshot that was offered, and begin from it.</summary>
    Bootstrap,
    /// <summary>Say Hello again at once: the next one says something else.</summary>
    Reintroduce,
    /// <summary>Try again after a pause.</summary>
    TryLater,
}

/// <summary>Who a replica says it is, whatever its data.</summary>
/// <param name="NodeName">For people.</param>
/// <param name="Address">Where it serves; may be empty.</param>
/// <param name="RunId">Random, of this run of its process.</param>
/// <param name="Kind">What it wants to be.</param>
public sealed record FollowerSelf(string NodeName, string Address, ulong RunId, FollowerKind Kind);

/// <summary>
/// How a replica goes from one session to the next: what its Hello says, what it does with the answer, and what it keeps
/// of a history that parted. For one thread.
/// </summary>
public sealed class FollowerCourse(FollowerSelf self)
{
    /// <summary>
    /// Behind this position its log is not in its upstream's history; null when as far as it knows all of it is. Until
    /// the bootstrap that follows it introduces itself as a node without data, and that bootstrap keeps the old log.
    /// </summary>
    public LogPosition? Fork { get; private set; }

    /// <summary>How it introduces itself.</summary>
    /// <param name="identity">Of the node.</param>
    /// <param name="tail">The end of its synced log; null while it has none.</param>
    /// <param name="epochs">Every reign up to there.</param>
    public Hello Hello(NodeIdentity identity, LogTail? tail, EpochTable epochs)
    {
        var end = Fork is null ? tail : null;
        return new Hello(
            Following.Hello.CurrentProtocolVersion,
            Following.Hello.CurrentLogFormatVersion,
            end is null ? HistoryId.None : identity.History,
            identity.NodeId,
            self.NodeName,
            self.Address,
            identity.StartCounter,
            self.RunId,
            self.Kind,
            end is null ? EpochTable.Empty : epochs,
            end?.Position ?? LogPosition.Start,
            end?.Crc ?? LogTail.Start.Crc);
    }

    /// <summary>What to do with the answer to the last Hello.</summary>
    public FollowerMove Decide(FollowAnswer answer)
    {
        switch (answer)
        {
            case FollowAnswer.Resume:
                // Not after a Hello without data, which cannot be resumed.
                return Fork is null ? FollowerMove.Follow : FollowerMove.TryLater;
            case FollowAnswer.NeedSnapshot:
                return FollowerMove.Bootstrap;
            case FollowAnswer.Diverged diverged:
                Fork = diverged.Fork;
                return FollowerMove.Reintroduce;
            default:
                return FollowerMove.TryLater;
        }
    }

    /// <summary>A snapshot of the upstream's history took the place of what was here.</summary>
    public void Bootstrapped() => Fork = null;
}
