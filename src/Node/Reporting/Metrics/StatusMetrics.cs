using System.Diagnostics.Metrics;
using System.Globalization;
using Replication.Core.Following;
using Replication.Core.Positions;
using Replication.Node.Roles;
using static Replication.Node.Reporting.Metrics.StatusMetric;

namespace Replication.Node.Reporting.Metrics;

/// <summary>Every metric of a node. docs/OPERATIONS.md has a row for each, and a test holds the two together.</summary>
internal static class StatusMetrics
{
    private const string Seconds = "s";
    private const string Bytes = "By";
    private const string Entries = "{entries}";
    private const string One = "";

    public static IReadOnlyList<StatusMetric> All { get; } =
    [
        new("replication.node.info", One, false, "1; the labels say which node this is.", status => [new Measurement<double>(1, InfoLabels(status))]),
        new("replication.node.state", One, false, "1 for the state that the node is in, 0 for every other.", States),
        Gauge("replication.node.ready", One, "Whether the node is ready for traffic.", status => Flag(status.NotReadyReason is null)),
        Gauge("replication.node.uptime", Seconds, "Time since the process started.", status => InSeconds(status.UptimeMillis)),
        Gauge("replication.epoch", One, "Epoch of the last durable entry.", status => status.Durable.Epoch.Number),
        Gauge("replication.durable.index", One, "End of the synced log.", status => status.Durable.Index),
        Gauge("replication.commit.index", One, "Highest index that readers may see.", status => status.CommitIndex),
        Gauge("replication.applied.index", One, "Highest index that readers see.", status => status.AppliedIndex),
        Gauge("replication.log.first.index", One, "First entry in the log; 0 when it is empty.", status => status.FirstIndex),
        Gauge("replication.log", Bytes, "Bytes of log on disk.", status => status.LogBytes),
        Gauge("replication.records", "{records}", "Live records.", status => status.Records),
        Gauge("replication.collections", "{collections}", "Collections.", status => status.Collections),
        Gauge("replication.memory.used", Bytes, "Bytes of memory that records and indexes take.", status => status.MemoryBytes),
        Gauge("replication.memory.limit", Bytes, "Bytes of memory beyond which a primary accepts only deletes; on a replica only told.", status => status.MemoryLimitBytes),
        Gauge("replication.views.open", "{views}", "Views and scans that applications and clients hold.", status => status.OpenViews),
        Gauge("replication.views.oldest.age", Seconds, "For how long the oldest of them has been open; 0 without one.", status => InSeconds(status.OldestViewMillis)),
        Gauge("replication.snapshot.index", One, "Last entry in the newest snapshot; 0 without one.", status => status.Snapshots.IsEmpty ? 0 : status.Snapshots[0].Position.Index),
        Gauge("replication.lag.entries", Entries, "Entries that the upstream has and readers here do not see; 0 on a primary, absent until known.", status => status.Upstream is { } upstream ? upstream.LagEntries : 0),
        Gauge("replication.lag", Bytes, "Bytes of the upstream's log that these entries are; 0 on a primary, absent until known.", status => status.Upstream is { } upstream ? upstream.LagBytes : 0),
        Gauge("replication.data.age", Seconds, "How old the data shown here may be; 0 on a primary, absent until known.", status => status.Upstream is { } upstream ? InSeconds(upstream.AgeMillis) : 0),
        Upstream("replication.upstream.connected", One, "Whether a session with the upstream is open.", upstream => Flag(upstream.Connected)),
        Upstream("replication.upstream.last.contact", Seconds, "Time since the upstream was heard of.", upstream => InSeconds(upstream.LastContactMillis)),
        Upstream("replication.upstream.commit.index", One, "Commit index that the upstream announced last.", upstream => upstream.CommitIndex),
        Upstream("replication.bootstrap.fetched", Bytes, "Bytes fetched of a bootstrap under way.", upstream => upstream.BootstrapBytes),
        Upstream("replication.bootstrap.size", Bytes, "Bytes to fetch of a bootstrap under way; 0 without one.", upstream => upstream.BootstrapTotalBytes),
        new("replication.followers", "{followers}", false, "Replicas that follow this node or have since it started, by state.", Followers),
        Follower("replication.follower.connected", One, "Whether the follower is there: it follows, or was told to fetch a snapshot.", follower => Flag(follower.State != FollowerState.Disconnected)),
        Follower("replication.follower.received.index", One, "Highest index that the follower received.", follower => follower.Received),
        Follower("replication.follower.durable.index", One, "Highest index that the follower synced.", follower => follower.Durable),
        Follower("replication.follower.applied.index", One, "Highest index that the follower's readers see.", follower => follower.Applied),
        Follower("replication.follower.lag.entries", Entries, "Committed entries that the follower's readers do not see.", follower => follower.LagEntries),
        Follower("replication.follower.lag", Bytes, "About how many bytes of log the follower has not received.", follower => follower.LagBytes),
        Follower("replication.follower.last.contact", Seconds, "Time since the follower was heard of.", follower => InSeconds(follower.LastContactMillis)),
        Gauge("replication.downstream", "{nodes}", "Nodes that get their data over this node's followers.", status => status.Below.Length),
        Downstream("replication.downstream.durable.index", One, "Highest index that a node below the followers synced.", node => node.Durable),
        Downstream("replication.downstream.applied.index", One, "Highest index that the readers of a node below the followers see.", node => node.Applied),
        Downstream("replication.downstream.lag.entries", Entries, "Entries committed here that the readers of a node below the followers do not see.", node => node.LagEntries),
        Downstream("replication.downstream.last.contact", Seconds, "Time since a node below the followers was heard of.", node => InSeconds(node.LastContactMillis)),
        Counter("replication.commits", "{transactions}", "Transactions committed.", counters => counters.Commits),
        Counter("replication.rejections", "{transactions}", "Transactions rejected.", counters => counters.Rejections),
        Counter("replication.log.syncs", "{batches}", "Batches synced to the log.", counters => counters.LogSyncs),
        Counter("replication.snapshots.written", "{snapshots}", "Snapshots written.", counters => counters.SnapshotsWritten),
        Counter("replication.snapshots.served", "{snapshots}", "Snapshots sent to replicas.", counters => counters.SnapshotsServed),
        Counter("replication.snapshots.installed", "{snapshots}", "Snapshots that this node began anew from.", counters => counters.SnapshotsInstalled),
        Counter("replication.sessions.resumed", "{sessions}", "Sessions of followers that went on without a snapshot.", counters => counters.SessionsResumed),
        Gauge("replication.holding", One, "Whether the node stopped because its own files do not agree with a digest in the log.", status => Flag(status.Hold is not null)),
        Counter("replication.memory.replaced", "{times}", "Times that memory did not agree with a digest and was replaced from the node's own files.", counters => counters.MemoryReplaced),
        Counter("replication.entries.applied", Entries, "Entries applied from the upstream's stream.", counters => counters.EntriesApplied),
    ];

    private static double Flag(bool holds) => holds ? 1 : 0;

    private static double InSeconds(long millis) => TimeSpan.FromMilliseconds(millis).TotalSeconds;

    private static double? InSeconds(long? millis) => millis is { } known ? InSeconds(known) : null;

    private static KeyValuePair<string, object?>[] InfoLabels(NodeStatus status) =>
    [
        new("node", status.NodeName),
        new("node_id", status.NodeId.ToString("x16", CultureInfo.InvariantCulture)),
        new("role", status.Role),
        new("history", status.History == HistoryId.None ? string.Empty : status.History.ToString()),
        new("version", status.Version),
    ];

    private static IEnumerable<Measurement<double>> States(NodeStatus status) => Enum.GetNames<NodeState>()
        .Select(name => new Measurement<double>(Flag(name == status.State), new KeyValuePair<string, object?>("state", name)));

    private static IEnumerable<Measurement<double>> Followers(NodeStatus status) => Enum.GetValues<FollowerState>()
        .Select(state => new Measurement<double>(status.Followers.Count(follower => follower.State == state), new KeyValuePair<string, object?>("state", state.ToString())));
}
