using Replication.Core.Following.Retention;
using Replication.Core.Log;
using Replication.Core.Snapshots;

namespace Replication.Core.Database;

/// <summary>How much log a node keeps: what it needs itself behind a snapshot, and what its followers need, up to the budget.</summary>
internal static class LogKeeping
{
    /// <summary>The first entry that has to stay.</summary>
    /// <param name="log">As it is.</param>
    /// <param name="oldest">The older of the node's two newest snapshots.</param>
    /// <param name="needs">What the followers need.</param>
    /// <param name="budget">Bytes of log for followers, at most.</param>
    /// <param name="free">Bytes that are free on the disk; a share of them and of the log's own is for followers.</param>
    public static long From(SegmentedLog log, SnapshotManifest oldest, FollowerNeeds needs, long budget, long free)
    {
        var share = free > long.MaxValue / 2 ? long.MaxValue : (long)((free + log.Bytes) * LogOptions.DiskShare);
        var followers = Math.Max(needs.LogFrom, log.IndexKeeping(Math.Min(budget, share)));
        return Math.Min(oldest.Position.Index + 1, followers);
    }
}
