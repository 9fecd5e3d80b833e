using System.Reflection;
using Replication.Core.Following;
using Replication.Core.Positions;
using Replication.Node.Roles;

namespace Replication.Node.Reporting;

/// <summary>Computes the one status that gRPC, HTTP and the tools render.</summary>
public sealed class StatusReporter(ReplicationNode node)
{
    private static readonly string Version =
        typeof(StatusReporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>The node as it is now.</summary>
    public NodeStatus Report()
    {
        var database = node.Database;
        var state = database.State;
        var log = database.Log?.Log;
        return new NodeStatus
        {
            NodeId = database.Identity.NodeId,
            NodeName = node.Name,
            Role = node.Role == NodeRole.Primary ? "primary" : "replica",
            State = node.State.ToString(),
            History = database.History,
            Primary = node.PrimaryAddress,
            Address = node.Address,
            Version = Version,
            Durable = log?.Durable.Position ?? LogPosition.Start,
            CommitIndex = database.CommitIndex,
            AppliedIndex = state.Index,
            FirstIndex = log is null || log.FirstIndex > log.Durable.Index ? 0 : log.FirstIndex,
            LogBytes = log?.Bytes ?? 0,
            Records = state.Records,
            Collections = state.Collections.Count,
            Digest = state.Digest.ToString(),
            Snapshots = [.. database.Snapshots.NewestFirst.Select(manifest => new SnapshotStatus(manifest.Position, manifest.Bytes, manifest.Records))],
            Followers = node.Registry.Describe(log, database.CommitIndex),
            Upstream = node.Replica?.Describe(),
            UptimeMillis = (long)node.Uptime.TotalMilliseconds,
            NotReadyReason = NotReadyReason(),
            Counters = new NodeCounters(
                node.Commits?.Commits ?? 0,
                node.Commits?.Rejections ?? 0,
                log?.Syncs ?? 0,
                node.Snapshots.Written,
                node.Snapshots.Served,
                node.Replica?.SnapshotsInstalled ?? 0,
                node.Followers.SessionsResumed,
                node.Replica?.EntriesApplied ?? 0),
        };
    }

    /// <summary>Null when the node should get traffic; otherwise why not.</summary>
    public string? NotReadyReason()
    {
        if (!node.IsStarted) return "The node is starting.";
        return node.State switch
        {
            NodeState.Primary => node.Database.State.Epochs.Last.Epoch == node.Commits?.Reign.Epoch ? null : "The reign's first entry is not committed yet.",
            NodeState.Streaming when node.Age <= node.Options.ReadyMaxAge => null,
            NodeState.Streaming => $"The data here is {node.Age.TotalSeconds:F1} s old; at most {node.Options.ReadyMaxAge.TotalSeconds} s are accepted.",
            NodeState.Stopping => "The node is stopping.",
            var state => $"The replica is {state}.",
        };
    }
}
