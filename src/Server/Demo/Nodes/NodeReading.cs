using System.Collections.Immutable;
using Replication.Client;
using Replication.Node.Roles;
using Replication.Protos.V1;

namespace Replication.Server.Demo.Nodes;

/// <summary>A node at one moment, as the demo shows it.</summary>
internal sealed record NodeReading
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string Role { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required string State { get; init; }

    /// <summary>Of its process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>What readers see; null when it does not answer.</summary>
    public LogPosition? Position { get; init; }

    /// <summary>Live records.</summary>
    public ulong Records { get; init; }

    /// <summary>At <see cref="Position"/>; 32 hexadecimal digits.</summary>
    public string Digest { get; init; } = string.Empty;

    /// <summary>Committed entries that its readers do not see yet; null on the primary and while unknown.</summary>
    public ulong? Lag { get; init; }

    /// <summary>The same as the node knows it of its followers, by their names.</summary>
    public IReadOnlyDictionary<string, ulong> LagOfFollowers { get; init; } = ImmutableDictionary<string, ulong>.Empty;

    /// <summary>How old its data may be at most; null on the primary and while unknown.</summary>
    public TimeSpan? Age { get; init; }

    public static NodeReading Of(DemoNode node, NodeStatus status) => OfSilent(node) with
    {
        Role = status.Role,
        State = status.State,
        Position = new LogPosition(status.Durable?.Epoch ?? 0, status.AppliedIndex),
        Records = status.Records,
        Digest = status.Digest,
        LagOfFollowers = status.Followers.GroupBy(static follower => follower.NodeName, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Last().LagEntries, StringComparer.Ordinal),
        Age = status.Upstream is { AgeMillis: < uint.MaxValue } upstream ? TimeSpan.FromMilliseconds(upstream.AgeMillis) : null, // the largest value says unknown
    };

    /// <summary>Of a node that does not answer.</summary>
    public static NodeReading OfSilent(DemoNode node) => new()
    {
        Name = node.Name,
        Role = node.Role == NodeRole.Primary ? "primary" : "replica",
        State = "unreachable",
        ProcessId = node.ProcessId,
    };
}
