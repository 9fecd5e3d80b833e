using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Replication.Node.Reporting.Metrics;
using Replication.Node.Services;

namespace Replication.Node;

/// <summary>
/// Starts the node with the application and stops it first: streams end before anything else does. The data is opened when the
/// application's own web server listens already, so that health can be asked for while that takes time; the application
/// counts as started when it is open.
/// </summary>
internal sealed class NodeService(ReplicationNode node, NodeMeter meter, TimeProvider time, ILoggerFactory loggers, IHostApplicationLifetime lifetime) : IHostedLifecycleService, IAsyncDisposable
{
    private GrpcHost? _grpc;
    private Task _ending = Task.CompletedTask;
    private CancellationTokenRegistration _stopping;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await Task.Run(node.Open, cancellationToken);
        _grpc = await GrpcHost.StartAsync(node, time, loggers, cancellationToken);
        node.BeginRole(_grpc.Address);
        meter.Begin();
        NodeLog.Serving(loggers.CreateLogger("Replication.Node"), _grpc.Address);
        _stopping = lifetime.ApplicationStopping.Register(() => _ending = node.EndRoleAsync());
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
