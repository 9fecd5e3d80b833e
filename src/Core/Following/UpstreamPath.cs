using System.Collections.Immutable;
using System.Globalization;

namespace Replication.Core.Following;

/// <summary>
/// The way that a node's data takes: the ids of the node itself, of the one that it follows, and so on up to one that
/// follows nobody. Each node says its own on the streams that it serves, so that nobody follows one that follows it.
/// docs/PROTOCOL.md, "Chains of replicas", explains the rules.
/// </summary>
public sealed class UpstreamPath : IEquatable<UpstreamPath>
{
    /// <summary>Nodes from the primary down to the last replica of a replica.</summary>
    public const int MaxNodes = 64;

    private UpstreamPath(ImmutableArray<ulong> nodes, bool isFromPrimary) => (Nodes, IsFromPrimary) = (nodes, isFromPrimary);

    /// <summary>The node itself first; 1 to <see cref="MaxNodes"/>, none of them twice.</summary>
    public ImmutableArray<ulong> Nodes { get; }

    /// <summary>Whether the last one is a primary. Otherwise it is a replica that follows nobody now, and nothing new comes.</summary>
    public bool IsFromPrimary { get; }

    /// <summary>The path of a primary.</summary>
    public static UpstreamPath OfPrimary(ulong node) => new([node], isFromPrimary: true);

    /// <summary>The path of a replica without a session.</summary>
    public static UpstreamPath OfNobodysFollower(ulong node) => new([node], isFromPrimary: false);

    /// <summary>A path from its nodes; null when they are none: no node or too many, one without an id, or one twice.</summary>
    public static UpstreamPath? FromNodes(ImmutableArray<ulong> nodes, bool isFromPrimary) =>
        nodes.Length is 0 or > MaxNodes || nodes.Contains(0UL) || nodes.Distinct().Count() != nodes.Length ? null : new UpstreamPath(nodes, isFromPrimary);

    /// <summary>
    /// Why a node must not follow the one whose path this is; null when it may. Both ends ask: the upstream when it answers
    /// a Hello, the replica whenever it hears its upstream's path, because the two may have connected to each other at once.
    /// </summary>
    public string? ObjectionTo(ulong follower)
    {
        if (Nodes[0] == follower) return "A node cannot follow itself. Name another node for --primary.";
        if (Nodes.Contains(follower)) return $"The upstream gets its data from the replica ({this}), so that following it would close a loop. Name another node for --primary.";
        return Nodes.Length < MaxNodes ? null : $"There are {MaxNodes} nodes one behind another already. Follow a node that is nearer to the primary.";
    }

    /// <summary>The path of a node that follows the one whose path this is.</summary>
    /// <param name="follower">To which there is no <see cref="ObjectionTo"/>.</param>
    public UpstreamPath Below(ulong follower) =>
        ObjectionTo(follower) is { } objection ? throw new ArgumentException(objection, nameof(follower)) : new UpstreamPath([follower, .. Nodes], IsFromPrimary);

    /// <inheritdoc/>
    public bool Equals(UpstreamPath? other) => other is not null && IsFromPrimary == other.IsFromPrimary && Nodes.AsSpan().SequenceEqual(other.Nodes.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UpstreamPath);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Nodes[0], Nodes[^1], Nodes.Length, IsFromPrimary);

    /// <summary>The ids in the order in which one follows the other.</summary>
    public override string ToString() => string.Join(" → ", Nodes.Select(node => node.ToString("x16", CultureInfo.InvariantCulture)));
}
