using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Replication.Client;
using Replication.Core.Database;
using Replication.Node.Options;
using Replication.Node.Reporting;
using NodeStatus = Replication.Core.Following.NodeStatus;

namespace Replication.Node.Tests.Fixture;

/// <summary>One node inside an application of its own, and a client of it. Can be stopped and started again on its data.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly Action<NodeOptions>? _configure;
    private WebApplication? _application;

    private TestNode(string directory, string name, Action<NodeOptions>? configure)
    {
        Data = directory;
        Name = name;
        _configure = configure;
    }

    public string Name { get; }

    public string Data { get; }

    public ReplicationClient Client { get; private set; } = null!;

    public List<Exception> FatalFailures { get; } = [];

    public IServiceProvider Services => _application!.Services;

    public ReplicationNode Node => Services.GetRequiredService<ReplicationNode>();

    public LocalDatabase Database => Node.Database;

    public Uri Uri { get; private set; } = new("http://127.0.0.1:0");

    public Uri Http => new(_application!.Urls.First());

    public NodeStatus Status => _application!.Services.GetRequiredService<StatusReporter>().Report();

    public static async Task<TestNode> StartAsync(string directory, string name, Uri? upstream, Action<NodeOptions>? configure)
    {
        var node = new TestNode(directory, name, options =>
        {
            options.Primary = upstream;
            configure?.Invoke(options);
        });
        await node.StartAsync();
        return node;
    }

    /// <summary>Starts again on the same data and, when it was running before, on the same port.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<FatalExit>(failure => FatalFailures.Add(failure));
        builder.AddReplicationNode(options =>
        {
            options.Data = Data;
            options.Name = Name;
            options.Listen = Uri;
            options.SegmentBytes = 1024 * 1024;
            options.SnapshotEveryBytes = 0;
            _configure?.Invoke(options);
        });
        var application = builder.Build();
        application.MapReplicationNode();
        try
        {
            await application.StartAsync(CancellationToken.None);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
        _application = application;
        Uri = new Uri(Node.Address);
        Client = new ReplicationClient(new ReplicationClientOptions { Address = Uri });
    }

    /// <summary>Stops it; its data stays.</summary>
    public async Task StopAsync()
    {
        if (_application is not { } application) return;
        _application = null;
        await Client.DisposeAsync();
        await application.StopAsync(CancellationToken.None);
        await application.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
