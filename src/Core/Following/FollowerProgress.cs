using System.Collections.Immutable;
using Replication.Core.Bootstrapping;
using Replication.Core.Following.Retention;
using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>
/// What an upstream knows of one replica: who it is and how far it has come. Pure: times come with the events.
/// For one thread at a time.
/// </summary>
public sealed class FollowerProgress(Hello hello)
{
    /// <summary>A replica no further behind than this is live.</summary>
    public const long StreamingWithinEntries = 1024;

    private readonly TransferPace _transfer = new();
    private long _offered;

    /// <summary>How it introduced itself last.</summary>
    public Hello Hello { get; private set; } = hello;

    /// <summary>Where it is in its life.</summary>
    public FollowerState State { get; private set; } = FollowerState.Disconnected;

    /// <summary>Highest index it received.</summary>
    public long Received { get; private set; } = hello.Durable.Index;

    /// <summary>Highest index synced on its disk.</summary>
    public long Durable { get; private set; } = hello.Durable.Index;

    /// <summary>Highest index its readers see.</summary>
    public long Applied { get; private set; }

    /// <summary>The nodes that get their data over it, as it said last on its session. Nothing is decided by them.</summary>
    public ImmutableArray<DownstreamNode> Below { get; private set; } = [];

    /// <summary>Its newest stamp, to be echoed.</summary>
    public ulong Stamp { get; private set; }

    /// <summary>When it was heard of last, on the upstream's monotonic clock.</summary>
    public TimeSpan LastContact { get; private set; }

    /// <summary>Index behind which it needs the log: what it has, or the snapshot that it was offered.</summary>
    public long Has => Math.Max(Durable, _offered);

    /// <summary>How far it has fetched its snapshot; none when it does not.</summary>
    public TransferProgress Transfer => _transfer.Progress;

    /// <summary>For how long it will still fetch; null when that cannot be told.</summary>
    public TimeSpan? TransferTimeLeft(TimeSpan now) => _transfer.TimeLeft(now);

    /// <summary>It was offered a snapshot to begin from.</summary>
    public void Offer(long snapshot, TimeSpan now) => (_offered, LastContact) = (snapshot, now);

    /// <summary>It was heard of, other than by an acknowledgement.</summary>
    public void Touch(TimeSpan now) => LastContact = now;

    /// <summary>One that followed before this node was started.</summary>
    public static FollowerProgress Restored(RegisteredFollower follower, TimeSpan lastContact)
    {
        var hello = new Hello(
            0, 0, HistoryId.None, follower.NodeId, follower.NodeName, string.Empty, 0, 0, FollowerKind.Reader, EpochTable.Empty, new LogPosition(Epoch.None, follower.Has), 0);
        return new FollowerProgress(hello) { LastContact = lastContact };
    }

    /// <summary>A session was opened.</summary>
    public void Open(Hello introduced, FollowAnswer answer, TimeSpan now)
    {
        Hello = introduced;
        LastContact = now;
        // A replica that began anew may be further back than it was.
        Received = Durable = introduced.Durable.Index;
        Applied = 0;
        Stamp = 0;
        _offered = 0;
        _transfer.Moved(TransferProgress.None, now);
        Below = [];
        if (State != FollowerState.Disconnected) Become(FollowerState.Disconnected);
        if (answer is FollowAnswer.NeedSnapshot or FollowAnswer.Diverged || introduced.Fetching is not null) Become(FollowerState.Bootstrapping);
        else Become(FollowerState.CatchingUp);
    }

    /// <summary>An acknowledgement came. Acknowledgements never go back within a session.</summary>
    /// <returns>Null when it makes sense; otherwise what is wrong with it.</returns>
    public string? Acknowledge(in Acknowledgement acknowledgement, long sentIndex, long durableHere, TimeSpan now)
    {
        var (received, durable, applied, stamp, transfer) = acknowledgement;
        if (received < Received || durable < Durable || applied < Applied) return "an acknowledgement went back";
        if (received > Math.Max(sentIndex, Received) || durable > received) return "an acknowledgement names entries that were not sent";
        (Received, Durable, Applied, Stamp, LastContact) = (received, durable, applied, stamp, now);
        _transfer.Moved(transfer, now);
        if (State == FollowerState.Bootstrapping && !transfer.IsUnderWay) Become(FollowerState.CatchingUp);
        if (acknowledgement.Below is { } below) Below = below;
        var live = durableHere - received <= StreamingWithinEntries;
        if (State == FollowerState.CatchingUp && live) Become(FollowerState.Streaming);
        else if (State == FollowerState.Streaming && !live) Become(FollowerState.CatchingUp);
        return null;
    }

    /// <summary>The session ended.</summary>
    public void Close()
    {
        Below = [];
        if (State != FollowerState.Disconnected) Become(FollowerState.Disconnected);
    }

    /// <summary>Its position in the given history.</summary>
    public LogPosition DurablePosition(EpochTable epochs) => epochs.PositionOf(Durable);

    private void Become(FollowerState next)
    {
        if (!State.CanMoveTo(next)) throw new InvalidOperationException($"A follower cannot become {next} from {State}.");
        State = next;
    }
}
