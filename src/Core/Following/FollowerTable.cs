using Replication.Core.Following.Retention;

namespace Replication.Core.Following;

/// <summary>Every replica that has followed a node since it started, and the session that each has now. For one thread at a time.</summary>
/// <typeparam name="TSession">What a node keeps for a session.</typeparam>
public sealed class FollowerTable<TSession>
    where TSession : class
{
    /// <summary>Replicas that are remembered; beyond, the one that has no session and was heard of longest ago is forgotten.</summary>
    public const int MaxFollowers = FollowerRegister.MaxFollowers;

    private const long MicrosPerMinute = 60_000_000;

    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly SnapshotPins _pins = new();

    /// <summary>How far each one is.</summary>
    public IEnumerable<FollowerProgress> Followers => _entries.Values.Select(entry => entry.Progress);

    /// <summary>A replica said Hello and is answered.</summary>
    /// <param name="session">Its new session.</param>
    /// <param name="hello">How it introduced itself.</param>
    /// <param name="answer">Not a refusal.</param>
    /// <param name="now">On the monotonic clock of the node.</param>
    /// <param name="replaced">The older session of the same node, to be ended; null when there is none.</param>
    /// <returns>Its progress; null when two processes claim to be the node and both are refused.</returns>
    public FollowerProgress? Open(TSession session, Hello hello, FollowAnswer answer, TimeSpan now, out TSession? replaced)
    {
        if (!_entries.TryGetValue(hello.NodeId, out var entry)) _entries.Add(hello.NodeId, entry = new Entry(new FollowerProgress(hello)));
        if (_entries.Count > MaxFollowers) ForgetOldest(besides: hello.NodeId);
        var taken = SessionRule.Decide(entry.Session is null ? null : entry.Progress.Hello, hello) == SessionDecision.Take;
        (replaced, entry.Session) = (entry.Session, taken ? session : null);
        if (taken) entry.Progress.Open(hello, answer, now);
        else entry.Progress.Close();
        if (taken && hello.Fetching is { } snapshot) _pins.Pin(hello.NodeId, snapshot.Index, follows: true, now);
        return taken ? entry.Progress : null;
    }

    /// <summary>Followers that were registered before this node was started.</summary>
    /// <param name="followers">From the register.</param>
    /// <param name="now">On the monotonic clock of the node.</param>
    /// <param name="nowMicros">The same moment, in microseconds since 1970-01-01 UTC.</param>
    public void Restore(IEnumerable<RegisteredFollower> followers, TimeSpan now, long nowMicros)
    {
        foreach (var follower in followers)
            _entries.TryAdd(follower.NodeId, new Entry(FollowerProgress.Restored(follower, now - TimeSpan.FromMicroseconds(Math.Max(0, nowMicros - follower.LastContactMicros)))));
    }

    /// <summary>What to keep over a restart of this node.</summary>
    public IEnumerable<RegisteredFollower> Register(TimeSpan now, long nowMicros) => _entries.Values
        .Where(entry => entry.IsRegistered)
        .Select(entry => new RegisteredFollower(
            entry.Progress.Hello.NodeId, entry.Progress.Hello.NodeName, entry.Progress.Has, Minute(nowMicros - (long)(now - entry.Progress.LastContact).TotalMicroseconds)));

    /// <summary>How far a follower is from being dropped; null for one that holds nothing back.</summary>
    /// <param name="follower">Of <see cref="Followers"/>.</param>
    /// <param name="bytesBehind">Bytes of log behind an index.</param>
    /// <param name="limits">In force.</param>
    /// <param name="now">On the monotonic clock of the node.</param>
    public RetentionForecast? Forecast(FollowerProgress follower, Func<long, long> bytesBehind, RetentionLimits limits, TimeSpan now)
    {
        var entry = _entries[follower.Hello.NodeId];
        return entry.IsRegistered && follower.Has > 0 ? RetentionForecast.Of(bytesBehind(follower.Has), entry.Session is null ? now - follower.LastContact : null, limits) : null;
    }

    /// <summary>What the followers need of this node's files, those that are dropped not counted; those that were away for longer than the limit are forgotten.</summary>
    /// <param name="end">The end of the log.</param>
    /// <param name="bytesBehind">Bytes of log behind an index.</param>
    /// <param name="limits">In force.</param>
    /// <param name="now">On the monotonic clock of the node.</param>
    public FollowerNeeds Needs(long end, Func<long, long> bytesBehind, RetentionLimits limits, TimeSpan now)
    {
        ForgetAway(limits.Time, now);
        var from = end + 1;
        foreach (var progress in Followers)
            if (Forecast(progress, bytesBehind, limits, now) is { IsDropped: false })
                from = Math.Min(from, progress.Has + 1);
        return new FollowerNeeds(from, _pins.HeldAt(now));
    }

    /// <summary>A replica was offered a snapshot: it and the log behind it are kept while it is fetched.</summary>
    public void Offer(FollowerProgress follower, long snapshot, TimeSpan now)
    {
        follower.Offer(snapshot, now);
        _pins.Pin(follower.Hello.NodeId, snapshot, follows: true, now);
    }

    /// <summary>A node fetches a snapshot, whether it follows this node or another one.</summary>
    public void Fetches(ulong nodeId, long snapshot, TimeSpan now)
    {
        var entry = _entries.GetValueOrDefault(nodeId);
        _pins.Pin(nodeId, snapshot, follows: entry?.Session is not null, now);
        entry?.Progress.Touch(now);
    }

    /// <summary>A replica acknowledged: while it fetches, its snapshot is kept, and no longer.</summary>
    public void Acknowledged(FollowerProgress follower, TimeSpan now)
    {
        if (!follower.Transfer.IsUnderWay) _pins.Release(follower.Hello.NodeId);
        else if (follower.Hello.Fetching is { } snapshot) _pins.Pin(follower.Hello.NodeId, snapshot.Index, follows: true, now);
    }

    /// <summary>Whether a session is the one that its node has now.</summary>
    public bool IsOpen(TSession session, ulong nodeId) => _entries.TryGetValue(nodeId, out var entry) && entry.Session == session;

    /// <summary>A session ended. Nothing happens when a newer one took its place.</summary>
    public void Close(TSession session, ulong nodeId)
    {
        if (!IsOpen(session, nodeId)) return;
        var entry = _entries[nodeId];
        entry.Session = null;
        entry.Progress.Close();
        if (!entry.IsRegistered) _entries.Remove(nodeId);
    }

    // No log is kept for them any more, so they are as new when they return. Whoever is dropped for its bytes stays for
    // that long, for people to see.
    private void ForgetAway(TimeSpan limit, TimeSpan now)
    {
        foreach (var (node, entry) in _entries)
            if (entry.Session is null && now - entry.Progress.LastContact >= limit) _entries.Remove(node);
    }

    // A Hello with a new identity costs an entry; nothing but this ends those of a node that invents them.
    private void ForgetOldest(ulong besides)
    {
        var away = _entries.Where(entry => entry.Value.Session is null && entry.Key != besides);
        if (away.Any()) _entries.Remove(away.MinBy(entry => entry.Value.Progress.LastContact).Key);
    }

    // To the minute: a register in which nothing else changes need not be written.
    private static long Minute(long micros) => micros - (micros % MicrosPerMinute);

    private sealed class Entry(FollowerProgress progress)
    {
        public FollowerProgress Progress => progress;

        /// <summary>A tail has no data to come back with: nothing is kept for it.</summary>
        public bool IsRegistered => progress.Hello.Kind != FollowerKind.Tail;

        public TSession? Session { get; set; }
    }
}
