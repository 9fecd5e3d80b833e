using System.Collections.Immutable;
using Replication.Core.Following;
using Replication.Core.Following.Retention;
using Replication.Core.Log;

namespace Replication.Primary.Serving;

/// <summary>The followers of this node, with a clock and a lock. Thread-safe.</summary>
/// <param name="time">Monotonic for progress, the wall's for what is kept over restarts.</param>
/// <param name="limits">How much log is kept for each.</param>
public sealed class FollowerRegistry(TimeProvider time, RetentionLimits limits)
{
    private readonly FollowerTable<FollowSession> _table = new();
    private readonly long _started = time.GetTimestamp();

    /// <summary>Held while a session's sender or a follower's progress is looked at or changed; never across a wait.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>The monotonic time that progress is stamped with.</summary>
    internal TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>Takes over the followers of the time before this node was started.</summary>
    public void Restore(IEnumerable<RegisteredFollower> followers)
    {
        lock (Gate) _table.Restore(followers, Now, NowMicros);
    }

    /// <summary>What to keep over a restart.</summary>
    public ImmutableArray<RegisteredFollower> Register()
    {
        lock (Gate) return [.. _table.Register(Now, NowMicros)];
    }

    /// <summary>Everybody who gets data from this node, over whatever others.</summary>
    /// <param name="self">This node.</param>
    public ImmutableArray<DownstreamNode> Below(ulong self)
    {
        lock (Gate) return DownstreamTree.Of(self, _table.Followers, Now);
    }

    /// <summary>
    /// The followers as status shows them, in the order of their names, and those that are further below; nobody twice. A
    /// follower of before that is further below now is shown there only.
    /// </summary>
    /// <param name="self">This node.</param>
    /// <param name="log">The log they follow; null while there is none.</param>
    /// <param name="commitIndex">Of this node.</param>
    public (ImmutableArray<FollowerStatus> Followers, ImmutableArray<DownstreamStatus> Below) Describe(ulong self, SegmentedLog? log, long commitIndex)
    {
        lock (Gate)
        {
            var tree = DownstreamTree.Of(self, _table.Followers, Now);
            var (names, elsewhere) = (tree.ToDictionary(node => node.NodeId, node => node.NodeName), tree.Where(node => node.UpstreamId != self).ToDictionary(node => node.NodeId));
            var former = _table.Followers.Where(progress => elsewhere.ContainsKey(progress.Hello.NodeId)).ToDictionary(progress => progress.Hello.NodeId);
            return (
                [.. _table.Followers.Where(progress => !former.ContainsKey(progress.Hello.NodeId)).Select(progress => Describe(progress, log, commitIndex)).OrderBy(status => status.NodeName, StringComparer.Ordinal)],
                [.. tree.Where(node => node.UpstreamId != self).Select(node => Describe(node, names[node.UpstreamId], former.GetValueOrDefault(node.NodeId), log, commitIndex))]);
        }
    }

    /// <summary>Takes a session; an older one of the same node is ended.</summary>
    /// <returns>Its progress; null when two processes claim to be the node: the older session is ended too.</returns>
    internal FollowerProgress? Open(FollowSession session, FollowAnswer answer)
    {
        FollowSession? replaced;
        FollowerProgress? progress;
        lock (Gate) progress = _table.Open(session, session.Hello, answer, Now, out replaced);
        replaced?.End(progress is null ? SessionEnd.Cloned : SessionEnd.Replaced);
        return progress;
    }

    /// <summary>Whether a session is the one that its node has now. Under <see cref="Gate"/>.</summary>
    internal bool IsOpen(FollowSession session) => _table.IsOpen(session, session.Hello.NodeId);

    /// <summary>A session was offered a snapshot: it and the log behind it are kept while it is fetched.</summary>
    internal void Offer(FollowerProgress progress, long snapshot)
    {
        lock (Gate) _table.Offer(progress, snapshot, Now);
    }

    /// <summary>A node fetches a snapshot.</summary>
    internal void Fetches(ulong nodeId, long snapshot)
    {
        lock (Gate) _table.Fetches(nodeId, snapshot, Now);
    }

    /// <summary>A session took an acknowledgement. Under <see cref="Gate"/>.</summary>
    internal void Acknowledged(FollowerProgress progress) => _table.Acknowledged(progress, Now);

    /// <summary>What the followers still need.</summary>
    public FollowerNeeds Needs(SegmentedLog log)
    {
        lock (Gate) return _table.Needs(log.Durable.Index, log.BytesBehindOrAll, limits, Now);
    }

    internal void Close(FollowSession session)
    {
        lock (Gate) _table.Close(session, session.Hello.NodeId);
    }

    private long NowMicros => (long)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;

    private RetentionForecast? Forecast(FollowerProgress progress, SegmentedLog? log) => log is null ? null : _table.Forecast(progress, log.BytesBehindOrAll, limits, Now);

    private DownstreamStatus Describe(DownstreamNode node, string via, FollowerProgress? former, SegmentedLog? log, long commitIndex)
    {
        var forecast = former is null ? null : Forecast(former, log);
        return new DownstreamStatus(
            node.NodeId,
            node.NodeName,
            node.Address,
            node.State,
            node.UpstreamId,
            via,
            node.Durable,
            node.Applied,
            Math.Max(0, commitIndex - node.Applied),
            log is null ? 0 : Math.Min(log.Bytes, log.BytesBehindOrAll(node.Durable)),
            (long)node.Silence.TotalMilliseconds)
        {
            BytesUntilDropped = forecast?.BytesLeft,
            MillisUntilDropped = (long?)forecast?.TimeLeft?.TotalMilliseconds,
        };
    }

    private FollowerStatus Describe(FollowerProgress progress, SegmentedLog? log, long commitIndex)
    {
        var forecast = Forecast(progress, log);
        return new FollowerStatus(
            progress.Hello.NodeId,
            progress.Hello.NodeName,
            progress.Hello.Address,
            progress.State,
            progress.Received,
            progress.Durable,
            progress.Applied,
            Math.Max(0, commitIndex - progress.Applied),
            log is null ? 0 : Math.Min(log.Bytes, log.BytesBehindOrAll(progress.Received)),
            (long)(Now - progress.LastContact).TotalMilliseconds)
        {
            BytesUntilDropped = forecast?.BytesLeft,
            MillisUntilDropped = (long?)forecast?.TimeLeft?.TotalMilliseconds,
            BootstrapBytes = progress.Transfer.Bytes,
            BootstrapTotalBytes = progress.Transfer.TotalBytes,
            BootstrapMillisLeft = (long?)progress.TransferTimeLeft(Now)?.TotalMilliseconds,
        };
    }
}
