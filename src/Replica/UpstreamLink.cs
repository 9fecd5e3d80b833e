using Grpc.Net.Client;
using Replication.Protos.V1;

namespace Replication.Replica;

/// <summary>Connections to an upstream: one for the stream, another for snapshots, so that neither waits for the other.</summary>
internal sealed class UpstreamLink : IDisposable
{
    private const int MaxMessageBytes = 64 * 1024 * 1024;
    private const int WindowBytes = 8 * 1024 * 1024;

    private readonly GrpcChannel _stream;
    private readonly GrpcChannel _snapshots;

    public UpstreamLink(Uri address)
    {
        _stream = Open(address);
        _snapshots = Open(address);
        Stream = new Feed.FeedClient(_stream);
        Snapshots = new Feed.FeedClient(_snapshots);
    }

    public Feed.FeedClient Stream { get; }

    public Feed.FeedClient Snapshots { get; }

    public void Dispose()
    {
        _stream.Dispose();
        _snapshots.Dispose();
    }

    private static GrpcChannel Open(Uri address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        // A manifest is the largest message: some hundred bytes for each chunk.
        MaxReceiveMessageSize = MaxMessageBytes,
        CompressionProviders = [],
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            InitialHttp2StreamWindowSize = WindowBytes,
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        },
    });
}
