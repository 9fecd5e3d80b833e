using Replication.Core.Database;
using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>What a replica does with its upstream's answer.</summary>
public enum FollowerMove
{
    /// <summary>Take frames behind the end of its log.</summary>
    Follow,
    /// <summary>Begin from a snapshot: the one that was offered, or one from where it fetches them.</summary>
    Bootstrap,
    /// <summary>Forget the bootstrap under way, which leads nowhere, and say Hello again at once.</summary>
    BeginAnew,
    /// <summary>Say Hello again at once: the next one says something else.</summary>
    Reintroduce,
    /// <summary>Try again after a pause.</summary>
    TryLater,
}

/// <summary>The log that a replica introduces itself with.</summary>
/// <param name="History">The lineage.</param>
/// <param name="End">The end of the synced log.</param>
/// <param name="Epochs">Every reign up to there.</param>
/// <param name="Fetching">Of the snapshot that is still being fetched, of which this is the log behind; null when all is there.</param>
public sealed record FollowerLog(HistoryId History, LogTail End, EpochTable Epochs, LogPosition? Fetching = null)
{
    /// <summary>The last position that this log shares with another one that went on otherwise; null when one of the two is merely shorter.</summary>
    public LogPosition? ForkFrom(FollowerLog other)
    {
        var fork = Epochs.ForkFrom(other.Epochs, End.Index, other.End.Index);
        return fork.Index < End.Index && fork.Index < other.End.Index ? fork : null;
    }
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
    private int _snapshotsInARow;

    /// <summary>
    /// Behind this position its log is not in its upstream's history; null when as far as it knows all of it is. Until
    /// the bootstrap that follows it no longer introduces itself with that log.
    /// </summary>
    public LogPosition? Fork { get; private set; }

    /// <summary>Whether snapshot after snapshot is asked of it and none is gone on from: a reason to pause.</summary>
    public bool IsGoingInCircles => _snapshotsInARow > 1;

    /// <summary>How it introduces itself.</summary>
    /// <param name="identity">Of the node.</param>
    /// <param name="log">That of the bootstrap under way, otherwise its own; null while it has none.</param>
    /// <param name="fetchesElsewhere">Whether it does not want to be offered a snapshot.</param>
    public Hello Hello(NodeIdentity identity, FollowerLog? log, bool fetchesElsewhere = false)
    {
        // A log that is not in its upstream's history is not named; one that streams in behind a snapshot is.
        var named = Fork is null || log?.Fetching is not null ? log : null;
        return new Hello(
            Following.Hello.CurrentProtocolVersion,
            Following.Hello.CurrentLogFormatVersion,
            named?.History ?? HistoryId.None,
            identity.NodeId,
            self.NodeName,
            self.Address,
            identity.StartCounter,
            self.RunId,
            self.Kind,
            named?.Epochs ?? EpochTable.Empty,
            named?.End.Position ?? LogPosition.Start,
            named?.End.Crc ?? LogTail.Start.Crc)
        {
            Fetching = named?.Fetching,
            FetchesElsewhere = fetchesElsewhere,
        };
    }

    /// <summary>What to do with the answer to a Hello.</summary>
    /// <param name="answer">Of the upstream.</param>
    /// <param name="hello">That was answered.</param>
    public FollowerMove Decide(FollowAnswer answer, Hello hello)
    {
        switch (answer)
        {
            case FollowAnswer.Resume resume when ProtocolVersions.Own.AgreeWith(new ProtocolVersions(resume.ProtocolVersion, resume.ProtocolVersion)) is null:
                return FollowerMove.TryLater;
            case FollowAnswer.Resume:
                _snapshotsInARow = 0;
                // Not after a Hello without data, which cannot be resumed.
                return hello.HasLog ? FollowerMove.Follow : FollowerMove.TryLater;
            case FollowAnswer.NeedSnapshot:
                _snapshotsInARow++;
                return FollowerMove.Bootstrap;
            case FollowAnswer.Diverged when hello.Fetching is not null:
                return FollowerMove.BeginAnew;
            case FollowAnswer.Diverged when !hello.HasLog:
                // Nothing cannot part from anything: the next Hello would say the same.
                return FollowerMove.TryLater;
            case FollowAnswer.Diverged diverged:
                Fork = diverged.Fork;
                return FollowerMove.Reintroduce;
            default:
                return FollowerMove.TryLater;
        }
    }

    /// <summary>What an earlier run of this node fetches already is of a history that its own log is not in: as if an upstream had said so now.</summary>
    /// <param name="fork">Where they part.</param>
    public void PartedBefore(LogPosition fork) => Fork = fork;

    /// <summary>A snapshot of the upstream's history took the place of what was here.</summary>
    public void Bootstrapped() => Fork = null;
}
