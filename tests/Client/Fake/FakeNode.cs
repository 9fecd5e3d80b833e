using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Replication.Protos.V1;

namespace Replication.Client.Tests.Fake;

/// <summary>A node that keeps its records in a dictionary and does what a test tells it, behind a real connection.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private const int MaxReceiveBytes = 32 * 1024 * 1024;

    private readonly WebApplication _application;

    private FakeNode(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    public FakeRecords Records { get; } = new();

    public FakeStore Store { get; private set; } = null!;

    public FakeCluster Cluster { get; private set; } = null!;

    /// <summary>A call that fails so fails with a trailer.</summary>
    public static RpcException Failure(Error error, StatusCode status = StatusCode.Unknown) =>
        new(new Status(status, error.Message), new Metadata { { "replication-error-bin", error.ToByteArray() } });

    public static async Task<FakeNode> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(static logging => logging.ClearProviders());
        builder.Services.AddGrpc(static grpc => grpc.MaxReceiveMessageSize = MaxReceiveBytes);
        FakeNode? node = null;
        builder.Services.AddSingleton(_ => node!.Store);
        builder.Services.AddSingleton(_ => node!.Cluster);
        node = new FakeNode(builder.Build());
        node.Store = new FakeStore(node.Records);
        node.Cluster = new FakeCluster(node.Records);
        node._application.MapGrpcService<FakeStore>();
        node._application.MapGrpcService<FakeCluster>();
        await node._application.StartAsync();
        node.Address = new Uri(node._application.Urls.Single());
        return node;
    }

    /// <summary>A client of this node.</summary>
    public ReplicationClient Client(Func<ReplicationClientOptions, ReplicationClientOptions>? configure = null)
    {
        var options = new ReplicationClientOptions { Address = Address };
        return new ReplicationClient(configure is null ? options : configure(options));
    }

    public async ValueTask DisposeAsync()
    {
        // Streams that are still open would hold the stop up.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
