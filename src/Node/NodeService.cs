using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Replication.Node.Reporting.Metrics;
using Replication.Node.Services;

namespace Replication.Node;

/// <summary>Starts the node with the application and stops it first: streams end before anything else does.</summary>
internal sealed class NodeService(ReplicationNode node, NodeMeter meter, TimeProvider time, ILoggerFactory loggers, IHostApplicationLifetime lifetime) : IHostedService, IAsyncDisposable
{
    private GrpcHost? _grpc;
    private Task _ending = Task.CompletedTask;
    private CancellationTokenRegistration _stopping;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.Run(node.Open, cancellationToken);
        _grpc = await GrpcHost.StartAsync(node, time, loggers, cancellationToken);
        node.BeginRole(_grpc.Address);
        meter.Begin();
        NodeLog.Serving(loggers.CreateLogger("Replication.Node"), _grpc.Address);
        _stopping = lifetime.ApplicationStopping.Register(() => _ending = node.EndRoleAsync());
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _ending;
        if (_grpc is not null) await _grpc.DisposeAsync();
        _grpc = null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync();
        if (_grpc is not null) await _grpc.DisposeAsync();
        await node.DisposeAsync();
    }
}
