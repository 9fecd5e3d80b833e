using System.Collections.Immutable;

namespace Replication.Core.Following;

/// <summary>
/// What a replica tells its upstream of the nodes below itself during one session: seldom, and only when something changed,
/// so that acknowledgements stay small. For one thread.
/// </summary>
public sealed class DownstreamReporter
{
    /// <summary>At most one report in this time.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private ImmutableArray<DownstreamNode> _said = [];
    private TimeSpan _next;

    /// <summary>The report to send with the next acknowledgement; null when there is nothing new, or it is too early.</summary>
    /// <param name="look">Asked for the nodes when it is time.</param>
    /// <param name="now">On the replica's monotonic clock.</param>
    public ImmutableArray<DownstreamNode>? Next(Func<ImmutableArray<DownstreamNode>> look, TimeSpan now)
    {
        if (now < _next) return null;
        _next = now + Interval;
        // To the second, so that a node that only goes on acknowledging is no news. Whoever reads it counts on from there.
        ImmutableArray<DownstreamNode> report = [.. look().Select(node => node with { Silence = TimeSpan.FromSeconds((long)node.Silence.TotalSeconds) })];
        if (report.AsSpan().SequenceEqual(_said.AsSpan())) return null;
        _said = report;
        return report;
    }
}
