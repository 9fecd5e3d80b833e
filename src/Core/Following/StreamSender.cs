using Replication.Core.Log;

namespace Replication.Core.Following;

/// <summary>
/// The upstream's end of one stream, from Resume on, without network, clock or disk: asked what comes next, it says what
/// to send; told of acknowledgements, it keeps the window and the replica's progress. For one thread at a time.
/// </summary>
/// <remarks>
/// Invariants: nothing beyond what is durable here is sent; the commit index announced never exceeds the last entry sent
/// on this session.
/// </remarks>
public sealed class StreamSender
{
    private readonly SendLimits _limits;
    private readonly SendWindow _window = new();
    private long _announcedCommit;
    private long _commitBeforeRun;
    private TimeSpan _nextHeartbeat;
    private UpstreamPath? _path;

    /// <summary>Begins behind what the replica has.</summary>
    /// <param name="progress">Opened for this session.</param>
    /// <param name="limits">How often it says something, and how much.</param>
    /// <param name="now">On the monotonic clock that <paramref name="progress"/> is stamped with.</param>
    public StreamSender(FollowerProgress progress, SendLimits limits, TimeSpan now)
    {
        Progress = progress;
        SentIndex = progress.Hello.Durable.Index;
        _limits = limits;
        _nextHeartbeat = now;
    }

    /// <summary>How far the replica is.</summary>
    public FollowerProgress Progress { get; }

    /// <summary>The last entry sent.</summary>
    public long SentIndex { get; private set; }

    /// <summary>This node's path, which may change while the session is open: the replica is told at once.</summary>
    public void TakePath(UpstreamPath path, TimeSpan now)
    {
        if (path.Equals(_path)) return;
        _path = path;
        _nextHeartbeat = now;
    }

    /// <summary>What to do next.</summary>
    /// <param name="durable">The end of the synced log here.</param>
    /// <param name="commitIndex">Known here.</param>
    /// <param name="now">On the same clock as at the beginning.</param>
    public SendStep Next(long durable, long commitIndex, TimeSpan now)
    {
        if (now >= _nextHeartbeat) return IsSilent(now) ? SendStep.EndSilent : SendStep.Heartbeat;
        // With nothing to carry it, a commit index that moved is announced at once.
        if (SentIndex >= durable && Announceable(commitIndex) > _announcedCommit) return SendStep.Heartbeat;
        return SentIndex < durable && _window.IsOpen ? SendStep.Frames : SendStep.Wait;
    }

    /// <summary>Whether nothing was acknowledged for too long. To be asked apart from <see cref="Next"/>, too: a message to a replica that reads nothing may be under way for ever.</summary>
    public bool IsSilent(TimeSpan now) => now - Progress.LastContact > _limits.Silence;

    /// <summary>How long <see cref="SendStep.Wait"/> holds when nothing happens.</summary>
    public TimeSpan UntilHeartbeat(TimeSpan now) => _nextHeartbeat > now ? _nextHeartbeat - now : TimeSpan.Zero;

    /// <summary>The heartbeat to send.</summary>
    public StreamHeartbeat Heartbeat(long durable, long commitIndex, TimeSpan ownAge, TimeSpan now)
    {
        _nextHeartbeat = now + _limits.Heartbeat;
        _announcedCommit = Announceable(commitIndex);
        return new StreamHeartbeat(_announcedCommit, durable, Progress.Stamp, ownAge) { Path = _path };
    }

    /// <summary>The heartbeat to send between two pieces of a large run, when one is due; null when none is. Nothing of the run counts as sent for it.</summary>
    public StreamHeartbeat? BetweenPieces(long durable, TimeSpan ownAge, TimeSpan now)
    {
        if (now < _nextHeartbeat) return null;
        _nextHeartbeat = now + _limits.Heartbeat;
        return new StreamHeartbeat(_commitBeforeRun, durable, Progress.Stamp, ownAge) { Path = _path };
    }

    /// <summary>
    /// The messages for the next frames. They count as sent from now on: an acknowledgement may name them as soon as the
    /// last one is on its way.
    /// </summary>
    public IEnumerable<StreamFrames> Frames(FrameRun run, long commitIndex)
    {
        _commitBeforeRun = _announcedCommit;
        SentIndex = run.LastIndex;
        _window.Sent(run.LastIndex, run.Frames.Length);
        _announcedCommit = Announceable(commitIndex);
        return Pieces(run, _announcedCommit, _limits.MessageBytes);
    }

    /// <summary>An acknowledgement came.</summary>
    /// <returns>Null when it makes sense; otherwise what is wrong with it.</returns>
    public string? Acknowledge(in Acknowledgement acknowledgement, long durableHere, TimeSpan now)
    {
        var (isFirst, wasFetching) = (Progress.Stamp == 0, Progress.Transfer.IsUnderWay);
        if (Progress.Acknowledge(acknowledgement, SentIndex, durableHere, now) is { } wrong) return wrong;
        _window.Received(acknowledgement.Received);
        // What the replica shows is of unknown age until its stamp comes back: it need not wait for that.
        if (isFirst || (wasFetching && !Progress.Transfer.IsUnderWay)) _nextHeartbeat = now;
        return null;
    }

    private static IEnumerable<StreamFrames> Pieces(FrameRun run, long commitIndex, int messageBytes)
    {
        for (var offset = 0; offset < run.Frames.Length; offset += messageBytes)
        {
            var piece = run.Frames[offset..Math.Min(run.Frames.Length, offset + messageBytes)];
            yield return new StreamFrames(run.FirstIndex, run.LastIndex, commitIndex, Continued: offset + piece.Length < run.Frames.Length, piece);
        }
    }

    private long Announceable(long commitIndex) => Math.Min(commitIndex, SentIndex);
}
