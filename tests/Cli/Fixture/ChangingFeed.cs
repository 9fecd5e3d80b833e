using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Replication.Protos.V1;

namespace Replication.Cli.Tests.Fixture;

/// <summary>Stands between a follower and a real node and changes what the node says, message by message.</summary>
internal sealed class ChangingFeed : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly GrpcChannel _channel;

    private ChangingFeed(WebApplication application, GrpcChannel channel) => (_application, _channel) = (application, channel);

    public string Address => _application.Urls.Single();

    /// <param name="node">The real node.</param>
    /// <param name="change">May change a message in place.</param>
    public static async Task<ChangingFeed> StartAsync(Uri node, Action<FollowResponse> change)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddGrpc();
        var channel = GrpcChannel.ForAddress(node);
        builder.Services.AddSingleton(new Relay(new Feed.FeedClient(channel), change));
        var application = builder.Build();
        application.MapGrpcService<Relay>();
        await application.StartAsync(CancellationToken.None);
        return new ChangingFeed(application, channel);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        _channel.Dispose();
    }

    internal sealed class Relay(Feed.FeedClient node, Action<FollowResponse> change) : Feed.FeedBase
    {
        public override async Task<LocateResponse> Locate(LocateRequest request, ServerCallContext context) =>
            await node.LocateAsync(request, cancellationToken: context.CancellationToken);

        public override async Task Follow(IAsyncStreamReader<FollowRequest> requestStream, IServerStreamWriter<FollowResponse> responseStream, ServerCallContext context)
        {
            using var call = node.Follow(cancellationToken: context.CancellationToken);
            // A Hello is enough for what is tested here: a node sends within its window without acknowledgements.
            Assert.True(await requestStream.MoveNext(context.CancellationToken));
            await call.RequestStream.WriteAsync(requestStream.Current, context.CancellationToken);
            while (await call.ResponseStream.MoveNext(context.CancellationToken))
            {
                change(call.ResponseStream.Current);
                await responseStream.WriteAsync(call.ResponseStream.Current, context.CancellationToken);
            }
        }
    }
}
