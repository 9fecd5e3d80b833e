using Microsoft.AspNetCore.Builder;
using Replication.Node;
using Replication.Node.Options;

namespace Replication.Testing;

/// <summary>What all nodes of a <see cref="TestCluster"/> have in common.</summary>
public sealed record TestClusterOptions
{
    /// <summary>The nodes' clock: silence, pauses, heartbeats, ages. Default the system's. Clients and connections keep the system's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Changes each node's options, after the application's own. Default: nothing.</summary>
    public Action<NodeOptions> Configure { get; init; } = static _ => { };

    /// <summary>
    /// Makes the application around a node, and has to add and to map the node: your own composition, the one that production
    /// uses. What the cluster decides (data directory, addresses, clock) wins over it. Default: an application with nothing but a node.
    /// </summary>
    public Func<WebApplicationBuilder, WebApplication> Application { get; init; } = NodeAlone;

    private static WebApplication NodeAlone(WebApplicationBuilder builder)
    {
        builder.AddReplicationNode();
        var application = builder.Build();
        application.MapReplicationNode();
        return application;
    }
}
