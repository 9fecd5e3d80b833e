using System.Net;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Replication.Node.Reporting;
using Replication.Node.Scrubbing;
using Replication.Primary.Serving;

namespace Replication.Node.Services;

/// <summary>
/// The node's gRPC listener: a Kestrel of its own, so that HTTP/2 without TLS works whatever the application's own web
/// server is set up for.
/// </summary>
internal sealed class GrpcHost : IAsyncDisposable
{
    private const int MessageOverheadBytes = 1024 * 1024;
    private const int StreamWindowBytes = 4 * 1024 * 1024;
    private const int ConnectionWindowBytes = 16 * 1024 * 1024;
    private const int MaxStreamsPerConnection = 2048;

    /// <summary>
    /// How long a stop waits for calls that were told to end; then their connections are aborted. Somebody behind a network
    /// that stands still would hold it up for the host's 30 s otherwise.
    /// </summary>
    private static readonly TimeSpan LeavePatience = new ServingOptions().LeavePatience;

    private readonly WebApplication _application;

    private GrpcHost(WebApplication application) => _application = application;

    /// <summary>Where it is served, with the port that was taken.</summary>
    public string Address => _application.Urls.First();

    public static async Task<GrpcHost> StartAsync(ReplicationNode node, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var options = node.Options;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(node);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<StatusReporter>();
        builder.Services.AddSingleton<ReadGate>();
        builder.Services.AddSingleton<ScrubDesk>();
        builder.Services.AddSingleton<ScrubAnswers>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LeavePatience);
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.MaxTransactionBytes + MessageOverheadBytes;
            grpc.MaxSendMessageSize = null;
        });
        // Compressed messages are not accepted: nothing here gains by them, and a small one could grow large.
        builder.Services.PostConfigure<GrpcServiceOptions>(grpc => grpc.CompressionProviders.Clear());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options.EffectiveListen));
        var application = builder.Build();
        application.MapGrpcService<StoreService>();
        application.MapGrpcService<FeedService>();
        application.MapGrpcService<ClusterService>();
        application.MapGrpcService<HealthService>();
        application.MapGrpcService<ReflectionService>();
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            await application.DisposeAsync();
            throw new ListenException($"The address {options.EffectiveListen.GetLeftPart(UriPartial.Authority)} is in use. Stop what uses it, or name another one for --listen.", failure);
        }
        return new GrpcHost(application);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, Uri listen)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        if (IPAddress.TryParse(listen.Host.Trim('[', ']'), out var address)) kestrel.Listen(address, listen.Port, listener => listener.Protocols = HttpProtocols.Http2);
        else if (listen.Host == "localhost") kestrel.ListenLocalhost(listen.Port, listener => listener.Protocols = HttpProtocols.Http2);
        else kestrel.ListenAnyIP(listen.Port, listener => listener.Protocols = HttpProtocols.Http2);
    }
}
