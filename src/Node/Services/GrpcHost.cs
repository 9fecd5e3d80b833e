using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Replication.Node.Options;
using Replication.Node.Reporting;
using Replication.Node.Scrubbing;
using Replication.Node.Services.Limits;
using Replication.Primary.Serving;
using Replication.Protos.Health.V1;
using Replication.Protos.Reflection.V1;
using Replication.Protos.V1;

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
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<CallGate>();
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
        builder.Services.RemoveAll(typeof(IServiceMethodProvider<>));
        Serve<StoreService>(builder.Services, Store.BindService);
        Serve<FeedService>(builder.Services, Feed.BindService);
        Serve<ClusterService>(builder.Services, Cluster.BindService);
        Serve<HealthService>(builder.Services, Health.BindService);
        Serve<ReflectionService>(builder.Services, ServerReflection.BindService);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, time, loggers.CreateLogger("Replication.Node")));
        var application = builder.Build();
        application.UseRouting();
        application.Use(application.Services.GetRequiredService<CallGate>().InvokeAsync);
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

    private static void Serve<TService>(IServiceCollection services, Action<ServiceBinderBase, TService> bind)
        where TService : class
    {
        services.AddSingleton<TService>();
        services.AddSingleton<IServiceMethodProvider<TService>>(provider => new CheckedMethods<TService>(
            provider.GetRequiredService<TService>(), bind, provider.GetRequiredService<NodeOptions>().AnswerTimeout, provider.GetRequiredService<TimeProvider>()));
    }

    private static void Configure(KestrelServerOptions kestrel, NodeOptions options, TimeProvider time, ILogger logger)
    {
        var listen = options.EffectiveListen;
        var connections = new ConnectionLimit(ConnectionLimit.WithinHandles(options.MaxConnections), listen.GetLeftPart(UriPartial.Authority), time, logger);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        // Streams may rest; CallGate looks after each message.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        if (IPAddress.TryParse(listen.Host.Trim('[', ']'), out var address)) kestrel.Listen(address, listen.Port, SetUp);
        else if (listen.Host == "localhost") kestrel.ListenLocalhost(listen.Port, SetUp);
        else kestrel.ListenAnyIP(listen.Port, SetUp);

        void SetUp(ListenOptions listener)
        {
            listener.Protocols = HttpProtocols.Http2;
            connections.ApplyTo(listener);
        }
    }
}
