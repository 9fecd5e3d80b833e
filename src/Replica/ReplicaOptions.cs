using System.Collections.Immutable;
using Replication.Core.Following;

namespace Replication.Replica;

/// <summary>Whom a replica follows, and how patiently.</summary>
/// <param name="Upstreams">gRPC addresses of the nodes to follow, the preferred one first; 1 to <see cref="UpstreamChoice.MaxUpstreams"/>.</param>
/// <param name="NodeName">For people.</param>
/// <param name="Address">Where this node serves, for the upstream's status.</param>
/// <param name="Kind">What it wants to be.</param>
public sealed record ReplicaOptions(ImmutableArray<Uri> Upstreams, string NodeName, string Address, FollowerKind Kind)
{
    /// <summary>gRPC address of the node that snapshots are fetched from; null for the upstream.</summary>
    public Uri? BootstrapFrom { get; init; }

    /// <summary>The nodes that get their data over this one, for the upstream's status. Default: nobody.</summary>
    public Func<ImmutableArray<DownstreamNode>> Below { get; init; } = static () => [];

    /// <summary>How long a connection may take to answer the Hello, a snapshot that is written for it included. Default 60 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A session on which nothing came for so long is given up; heartbeats come every second. Default 5 s.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Acknowledgements are sent after each sync, and at least so often. Default 100 ms.</summary>
    public TimeSpan AckInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause before the next upstream is tried; once all have failed it doubles, with jitter, up to <see cref="MaxRetryDelay"/>. Default 100 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause before connecting again. Default 5 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);
}
