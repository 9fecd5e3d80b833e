using System.Globalization;
using Replication.Core.Following;

namespace Replication.Node.Reporting.Metrics;

/// <summary>Which followers have metrics of their own, and how they are told apart.</summary>
internal static class FollowerLabels
{
    /// <summary>Followers with metrics of their own: each one costs a time series for each metric in whatever stores them.</summary>
    public const int MaxFollowers = 100;

    /// <summary>Those that are connected first, then those that fetch a snapshot, then by name.</summary>
    public static IEnumerable<FollowerStatus> Shown(NodeStatus status) => status.Followers
        .OrderBy(follower => follower.State is FollowerState.Streaming or FollowerState.CatchingUp ? 0 : follower.State == FollowerState.Bootstrapping ? 1 : 2)
        .ThenBy(follower => follower.NodeName, StringComparer.Ordinal)
        .ThenBy(follower => follower.NodeId)
        .Take(MaxFollowers);

    /// <summary>Those further below, nearest first.</summary>
    public static IEnumerable<DownstreamStatus> Below(NodeStatus status) => status.Below.Take(MaxFollowers);

    public static KeyValuePair<string, object?>[] Of(DownstreamStatus node) =>
        [new("follower", node.NodeName), new("follower_id", node.NodeId.ToString("x16", CultureInfo.InvariantCulture)), new("via", node.Via)];

    public static KeyValuePair<string, object?>[] Of(FollowerStatus follower) =>
        [new("follower", follower.NodeName), new("follower_id", follower.NodeId.ToString("x16", CultureInfo.InvariantCulture))];
}
