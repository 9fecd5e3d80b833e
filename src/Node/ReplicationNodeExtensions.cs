using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Replication.Core.Database;
using Replication.Node.Embedding;
using Replication.Node.Http;
using Replication.Node.Options;
using Replication.Node.Reporting;
using Replication.Node.Reporting.Metrics;

namespace Replication.Node;

/// <summary>Adds a node to any ASP.NET Core application.</summary>
public static class ReplicationNodeExtensions
{
    /// <summary>
    /// Adds a node that starts and stops with the application. Its gRPC services listen on their own address; call
    /// <see cref="MapReplicationNode"/> for its health and status over the application's HTTP. The application's HTTP is there before
    /// the data, so that health answers while a large database is loaded; hosted services that need the data on their start use
    /// <c>IHostedLifecycleService.StartedAsync</c> and are added behind this call.
    /// </summary>
    /// <param name="builder">The application; section <c>Replication</c> of its configuration sets the node up.</param>
    /// <param name="configure">Changes options after the configuration.</param>
    public static IHostApplicationBuilder AddReplicationNode(this IHostApplicationBuilder builder, Action<NodeOptions>? configure = null)
    {
        var services = builder.Services;
        services.AddOptions<NodeOptions>().Bind(builder.Configuration.GetSection(NodeOptions.Section)).Configure(options => configure?.Invoke(options)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NodeOptions>, NodeOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(DatabaseEnvironment.Physical);
        services.TryAddSingleton<FatalExit>(failure => Environment.FailFast($"Replication cannot go on: {failure.Message}", failure));
        services.AddSingleton<ReplicationNode>();
        services.AddSingleton<StatusReporter>();
        services.AddSingleton<NodeMeter>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<IDatabase, EmbeddedDatabase>();
        services.AddHostedService<NodeService>();
        services.AddHostedService<SnapshotKeeper>();
        services.AddHostedService<FollowerKeeper>();
        return builder;
    }

    /// <summary>Maps <c>/health/live</c>, <c>/health/ready</c>, <c>/v1/status</c> and <c>/metrics</c> into the application.</summary>
    public static IEndpointRouteBuilder MapReplicationNode(this IEndpointRouteBuilder endpoints)
    {
        NodeEndpoints.Map(endpoints);
        return endpoints;
    }
}
