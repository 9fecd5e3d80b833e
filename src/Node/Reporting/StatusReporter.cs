using System.Reflection;
using Replication.Core.Following;
using Replication.Core.Positions;
using Replication.Node.Roles;

namespace Replication.Node.Reporting;

/// <summary>Measures the node, for the one status that gRPC, HTTP, metrics and the tools render.</summary>
public sealed class StatusReporter(ReplicationNode node)
{
    private static readonly string Version =
        typeof(StatusReporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>The node as it is now; only after the start.</summary>
    public NodeStatus Report() => NodeStatus.Of(Measure(), new ReadyLimits(node.Options.ReadyLag, node.Options.ReadySilence));

    /// <summary>Null when the node should get traffic; otherwise why not.</summary>
    public string? NotReadyReason() => node.IsStarted ? Report().NotReadyReason : node.StartingReason;

    private NodeFacts Measure()
    {
        var database = node.Database;
        var state = database.State;
        var log = database.Log?.Log;
        var nodeState = node.State;
        var (followers, below) = node.Registry.Describe(database.Identity.NodeId, log, database.CommitIndex);
        var (openViews, oldestView) = node.Views.Open;
        return new NodeFacts
        {
            NodeId = database.Identity.NodeId,
            NodeName = node.Name,
            Role = node.Role == NodeRole.Primary ? "primary" : "replica",
            State = nodeState.ToString(),
            Phase = PhaseOf(nodeState),
            IsReignOpen = node.Role == NodeRole.Replica || state.Epochs.Last.Epoch == node.Commits?.Reign.Epoch,
            History = database.History,
            Primary = node.PrimaryAddress,
            Address = node.Address,
            Version = Version,
            Durable = log?.Durable.Position ?? LogPosition.Start,
            CommitIndex = database.CommitIndex,
            Applied = state.Index,
            FirstIndex = log?.FirstIndex ?? 0,
            LogBytes = log?.Bytes ?? 0,
            Records = state.Records,
            Collections = state.Collections.Count,
            MemoryBytes = state.UsedBytes,
            MemoryLimitBytes = node.Options.EffectiveMaxMemoryBytes,
            OpenViews = openViews,
            OldestView = oldestView,
            Digest = state.Digest.ToString(),
            Snapshots = [.. database.Snapshots.NewestFirst.Select(manifest => new SnapshotStatus(manifest.Position, manifest.Bytes, manifest.Records))],
            Followers = followers,
            Below = below,
            Upstream = node.Replica?.Describe(),
            Hold = database.Hold,
            IsWithheld = database.IsWithdrawn || database.Standing == DigestStanding.Doubted,
            Uptime = node.Uptime,
            Counters = new NodeCounters(
                node.Commits?.Commits ?? 0,
                node.Commits?.Rejections ?? 0,
                log?.Syncs ?? 0,
                node.Snapshots.Written,
                node.Snapshots.Served,
                node.Replica?.SnapshotsInstalled ?? 0,
                node.Followers.SessionsResumed,
                node.Replica?.EntriesApplied ?? 0)
            {
                MemoryReplaced = node.Replica?.MemoryReplaced ?? 0,
            },
        };
    }

    private static NodePhase PhaseOf(NodeState state) => state switch
    {
        NodeState.Starting or NodeState.Recovering => NodePhase.Starting,
        NodeState.Stopping => NodePhase.Stopping,
        _ => NodePhase.Working,
    };
}
