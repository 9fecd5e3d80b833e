namespace Replication.Client;

/// <summary>How a client reaches a node, and what it allows at most.</summary>
public sealed record ReplicationClientOptions
{
    /// <summary>Where a primary started without options listens: <c>http://127.0.0.1:7400</c>.</summary>
    public static Uri DefaultAddress { get; } = new("http://127.0.0.1:7400");

    /// <summary>The least that <see cref="Timeout"/> may be.</summary>
    public static TimeSpan ShortestTimeout { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The most that <see cref="Timeout"/> may be.</summary>
    public static TimeSpan LongestTimeout { get; } = TimeSpan.FromHours(1);

    /// <summary>The node's gRPC address, <c>http</c> (HTTP/2 without TLS by prior knowledge) or <c>https</c>, without a path.</summary>
    public Uri Address { get; init; } = DefaultAddress;

    /// <summary>How long a call may take, 1 ms to 1 h; of a scan, how long the next page may take. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may take to be made, 1 ms to 5 min. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long closing the client waits for commits under way, 0 to 5 min. Default 5 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A connection with calls on it is pinged after such a silence, 1 s to 1 h. Default 10 s.</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A connection whose ping stays unanswered so long is closed, 1 s to 1 h. Default 5 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of a message that is received, 64 KiB to 1 GiB. Default 64 MiB.</summary>
    public int MaxReceiveBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes that a node may send ahead on a stream, 64 KiB to 16 MiB. Default 4 MiB.</summary>
    public int StreamWindowBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How commits travel. Default <see cref="Replication.Client.CommitPath.Stream"/>.</summary>
    public CommitPath CommitPath { get; init; } = CommitPath.Stream;

    /// <summary>How commits are coalesced on the stream.</summary>
    public CommitStreamLimits CommitStream { get; init; } = new();

    /// <summary>How commits whose answer was lost are asked again. Default on; <see cref="CommitRetries.Off"/>.</summary>
    public CommitRetries Retries { get; init; } = new();

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>This record, checked.</summary>
    /// <exception cref="ArgumentException">A value is outside its bounds, or the address is none.</exception>
    public ReplicationClientOptions Validated()
    {
        if (!Address.IsAbsoluteUri || (Address.Scheme != Uri.UriSchemeHttp && Address.Scheme != Uri.UriSchemeHttps) || Address.PathAndQuery != "/")
            throw new ArgumentException($"'{Address}' is no address of a node; write it as http://HOST:PORT.", nameof(Address));
        Bounds.Check(Timeout, ShortestTimeout, LongestTimeout);
        Bounds.Check(ConnectTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5));
        Bounds.Check(CloseTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Bounds.Check(PingDelay, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Bounds.Check(PingTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Bounds.Check(MaxReceiveBytes, 64 * 1024, 1024 * 1024 * 1024);
        Bounds.Check(StreamWindowBytes, 64 * 1024, 16 * 1024 * 1024);
        CommitStream.Validated();
        Retries.Validated();
        return this;
    }
}
