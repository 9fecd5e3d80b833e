using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Replication.Protos.V1;
using Replication.Testing;

namespace Replication.Hostile.Tests.Watch;

/// <summary>Something that speaks like a node and means harm.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeUpstream(WebApplication application, Uri address) => (_application, Address) = (application, address);

    public Uri Address { get; }

    public static async Task<FakeUpstream> StartAsync(IHostileFeed feed)
    {
        var address = LoopbackPort.TakeAddress();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(feed);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, address.Port, listener => listener.Protocols = HttpProtocols.Http2));
        var application = builder.Build();
        application.MapGrpcService<Service>();
        await application.StartAsync(CancellationToken.None);
        return new FakeUpstream(application, address);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }

    private sealed class Service(IHostileFeed feed) : Feed.FeedBase
    {
        public override async Task Follow(IAsyncStreamReader<FollowRequest> requestStream, IServerStreamWriter<FollowResponse> responseStream, ServerCallContext context)
        {
            if (await requestStream.MoveNext(context.CancellationToken)) await feed.FollowAsync(requestStream.Current.Hello, responseStream, context.CancellationToken);
        }

        public override Task FetchSnapshot(FetchSnapshotRequest request, IServerStreamWriter<SnapshotPiece> responseStream, ServerCallContext context) =>
            feed.FetchAsync(request, responseStream, context.CancellationToken);
    }
}
