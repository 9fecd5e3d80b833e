namespace Replication.Core.Following;

/// <summary>Every replica that has followed a node since it started, and the session that each has now. For one thread at a time.</summary>
/// <typeparam name="TSession">What a node keeps for a session.</typeparam>
public sealed class FollowerTable<TSession>
    where TSession : class
{
    private readonly Dictionary<ulong, Entry> _entries = [];

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
        var taken = SessionRule.Decide(entry.Session is null ? null : entry.Progress.Hello, hello) == SessionDecision.Take;
        (replaced, entry.Session) = (entry.Session, taken ? session : null);
        if (taken) entry.Progress.Open(hello, answer, now);
        else entry.Progress.Close();
        return taken ? entry.Progress : null;
    }

    /// <summary>Whether a session is the one that its node has now.</summary>
    public bool IsOpen(TSession session, ulong nodeId) => _entries.TryGetValue(nodeId, out var entry) && entry.Session == session;

    /// <summary>A session ended. Nothing happens when a newer one took its place.</summary>
    public void Close(TSession session, ulong nodeId)
    {
        if (!IsOpen(session, nodeId)) return;
        _entries[nodeId].Session = null;
        _entries[nodeId].Progress.Close();
    }

    private sealed class Entry(FollowerProgress progress)
    {
        public FollowerProgress Progress => progress;

        public TSession? Session { get; set; }
    }
}
