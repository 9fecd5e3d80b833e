using System.Collections.Immutable;
using Replication.Core.Following;
using Replication.Protos.V1;
using CoreState = Replication.Core.Following.FollowerState;
using DownstreamNode = Replication.Core.Following.DownstreamNode;
using State = Replication.Protos.V1.DownstreamNode.Types.State;

namespace Replication.Wire;

/// <summary>What the messages of a follow stream say of the nodes above and below the two that talk.</summary>
public static class CascadeMap
{
    /// <summary>A path as a message.</summary>
    public static DataPath ToMessage(this UpstreamPath path) => new() { Nodes = { path.Nodes }, End = path.IsFromPrimary ? DataPath.Types.End.Primary : DataPath.Types.End.Replica };

    /// <summary>A path from the network; null when the sender does not say its own.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it is none.</exception>
    public static UpstreamPath? ToPath(this DataPath? message)
    {
        if (message is null) return null;
        return message.Nodes.Count <= UpstreamPath.MaxNodes && UpstreamPath.FromNodes([.. message.Nodes], message.End == DataPath.Types.End.Primary) is { } path
            ? path
            : throw Errors.Failure(Error.Types.Code.InvalidArgument, $"The path of an upstream names no node, one twice, or more than {UpstreamPath.MaxNodes}.");
    }

    /// <summary>The nodes below a replica as a message.</summary>
    public static DownstreamReport ToReport(this ImmutableArray<DownstreamNode> nodes)
    {
        var report = new DownstreamReport();
        report.Nodes.AddRange(nodes.Select(node => new Protos.V1.DownstreamNode
        {
            NodeId = node.NodeId,
            NodeName = node.NodeName,
            Address = node.Address,
            State = node.State switch { CoreState.Streaming => State.Streaming, CoreState.Bootstrapping => State.Bootstrapping, _ => State.CatchingUp },
            Durable = (ulong)node.Durable,
            Applied = (ulong)node.Applied,
            UpstreamId = node.UpstreamId,
            SilentSeconds = (uint)Math.Clamp(node.Silence.TotalSeconds, 0, uint.MaxValue),
        }));
        return report;
    }

    /// <summary>The nodes below a replica from the network, checked for form; null when it says nothing new.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: they are too many, one has no identity, a text is too long, or a number is no index.</exception>
    public static ImmutableArray<DownstreamNode>? ToNodes(this DownstreamReport? report)
    {
        if (report is null) return null;
        if (report.Nodes.Count > DownstreamTree.MaxNodes || report.Nodes.Any(node => node.NodeId == 0 || Math.Max(node.NodeName.Length, node.Address.Length) > DownstreamNode.MaxTextLength))
            throw Errors.Failure(Error.Types.Code.InvalidArgument, $"A report of followers names more than {DownstreamTree.MaxNodes}, one without an id, or one whose name is too long.");
        return
        [
            .. report.Nodes.Select(node => new DownstreamNode(
                node.NodeId,
                node.NodeName,
                node.Address,
                // What a newer version calls a state of its own is a node that follows.
                node.State switch { State.Streaming => CoreState.Streaming, State.Bootstrapping => CoreState.Bootstrapping, _ => CoreState.CatchingUp },
                PositionMap.ToIndex(node.Durable),
                PositionMap.ToIndex(node.Applied),
                node.UpstreamId,
                TimeSpan.FromSeconds(node.SilentSeconds))),
        ];
    }
}
