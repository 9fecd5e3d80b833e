using Grpc.Net.Client;

namespace Replication.Client.Calls;

/// <summary>Makes the channel to a node.</summary>
internal static class Channel
{
    internal static GrpcChannel Open(ReplicationClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = options.StreamWindowBytes,
            KeepAlivePingDelay = options.PingDelay,
            KeepAlivePingTimeout = options.PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseCookies = false,
            UseProxy = false, // A proxy set for browsing speaks no HTTP/2 without TLS.
        };
        return GrpcChannel.ForAddress(options.Address, new GrpcChannelOptions
        {
            // Given a handler, the channel would connect by itself and, after a failure, refuse calls for up to two minutes.
            HttpClient = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = options.MaxReceiveBytes,
            CompressionProviders = [], // A small compressed message must not become a large one in memory.
        });
    }
}
