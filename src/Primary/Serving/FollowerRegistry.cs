using System.Collections.Immutable;
using Replication.Core.Following;
using Replication.Core.Log;

namespace Replication.Primary.Serving;

/// <summary>Every replica that has followed this node since it started. Thread-safe.</summary>
public sealed class FollowerRegistry(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly long _started = time.GetTimestamp();

    /// <summary>The monotonic time that progress is stamped with.</summary>
    internal TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>The followers as status shows them, in the order of their names.</summary>
    /// <param name="log">The log they follow; null while there is none.</param>
    /// <param name="commitIndex">Of this node.</param>
    public ImmutableArray<FollowerStatus> Describe(SegmentedLog? log, long commitIndex)
    {
        lock (_gate)
        {
            return [.. _entries.Values.Select(entry => Describe(entry.Progress, log, commitIndex)).OrderBy(status => status.NodeName, StringComparer.Ordinal)];
        }
    }

    /// <summary>Takes a session; an older one of the same node is ended.</summary>
    /// <returns>False when two processes claim to be the node: the older session is ended too.</returns>
    internal bool TryOpen(FollowSession session, FollowAnswer answer)
    {
        FollowSession? replaced;
        bool taken;
        lock (_gate)
        {
            if (!_entries.TryGetValue(session.Hello.NodeId, out var entry))
                _entries.Add(session.Hello.NodeId, entry = new Entry(new FollowerProgress(session.Hello)));
            taken = SessionRule.Decide(entry.Session?.Hello, session.Hello) == SessionDecision.Take;
            (replaced, entry.Session) = (entry.Session, taken ? session : null);
            if (taken) entry.Progress.Open(session.Hello, answer, Now);
            else entry.Progress.Close();
        }
        replaced?.End(taken ? SessionEnd.Replaced : SessionEnd.Cloned);
        return taken;
    }

    /// <summary>An acknowledgement of a session.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    internal string? Acknowledge(FollowSession session, long received, long durable, long applied, ulong stamp, long durableHere)
    {
        lock (_gate)
        {
            var entry = _entries[session.Hello.NodeId];
            return entry.Session != session ? "the session was replaced" : entry.Progress.Acknowledge(received, durable, applied, stamp, session.SentIndex, durableHere, Now);
        }
    }

    /// <summary>How long ago the session was heard of.</summary>
    internal TimeSpan SilenceOf(FollowSession session)
    {
        lock (_gate) return Now - _entries[session.Hello.NodeId].Progress.LastContact;
    }

    /// <summary>The newest stamp of a session.</summary>
    internal ulong StampOf(FollowSession session)
    {
        lock (_gate) return _entries[session.Hello.NodeId].Progress.Stamp;
    }

    internal void Close(FollowSession session)
    {
        lock (_gate)
        {
            var entry = _entries[session.Hello.NodeId];
            if (entry.Session != session) return;
            entry.Session = null;
            entry.Progress.Close();
        }
    }

    private FollowerStatus Describe(FollowerProgress progress, SegmentedLog? log, long commitIndex) => new(
        progress.Hello.NodeId,
        progress.Hello.NodeName,
        progress.Hello.Address,
        progress.State,
        progress.Received,
        progress.Durable,
        progress.Applied,
        Math.Max(0, commitIndex - progress.Applied),
        log is null || progress.Received + 1 < log.FirstIndex ? log?.Bytes ?? 0 : log.BytesBehind(progress.Received),
        (long)(Now - progress.LastContact).TotalMilliseconds);

    private sealed class Entry(FollowerProgress progress)
    {
        public FollowerProgress Progress => progress;

        public FollowSession? Session { get; set; }
    }
}
