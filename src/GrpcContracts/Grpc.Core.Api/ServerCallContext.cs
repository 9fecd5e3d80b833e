namespace Grpc.Core;

/// <summary>One call, seen by the handler that serves it. Implementations provide the protected <c>Core</c> members.</summary>
public abstract class ServerCallContext
{
    private Dictionary<object, object>? _userState;

    /// <summary>The method's path, <c>/service/method</c>.</summary>
    public string Method => MethodCore;

    /// <summary>The host the client named.</summary>
    public string Host => HostCore;

    /// <summary>The client's address.</summary>
    public string Peer => PeerCore;

    /// <summary>When the client gives up, in UTC; <see cref="DateTime.MaxValue"/> if never.</summary>
    public DateTime Deadline => DeadlineCore;

    /// <summary>The headers the client sent.</summary>
    public Metadata RequestHeaders => RequestHeadersCore;

    /// <summary>Signalled when the call is cancelled, its deadline passes or its connection is lost.</summary>
    public CancellationToken CancellationToken => CancellationTokenCore;

    /// <summary>Trailers to send when the call ends.</summary>
    public Metadata ResponseTrailers => ResponseTrailersCore;

    /// <summary>The status to send if the handler returns without an exception.</summary>
    public Status Status
    {
        get => StatusCore;
        set => StatusCore = value;
    }

    /// <summary>Options for the response messages that follow.</summary>
    public WriteOptions? WriteOptions
    {
        get => WriteOptionsCore;
        set => WriteOptionsCore = value;
    }

    /// <summary>Who the client is, as far as the connection proves it.</summary>
    public AuthContext AuthContext => AuthContextCore;

    /// <summary>Values that interceptors and handlers of this call share.</summary>
    public IDictionary<object, object> UserState => UserStateCore;

    /// <summary>The method's path.</summary>
    protected abstract string MethodCore { get; }

    /// <summary>The host the client named.</summary>
    protected abstract string HostCore { get; }

    /// <summary>The client's address.</summary>
    protected abstract string PeerCore { get; }

    /// <summary>When the client gives up, in UTC.</summary>
    protected abstract DateTime DeadlineCore { get; }

    /// <summary>The headers the client sent.</summary>
    protected abstract Metadata RequestHeadersCore { get; }

    /// <summary>The call's cancellation token.</summary>
    protected abstract CancellationToken CancellationTokenCore { get; }

    /// <summary>The call's trailers.</summary>
    protected abstract Metadata ResponseTrailersCore { get; }

    /// <summary>The call's status.</summary>
    protected abstract Status StatusCore { get; set; }

    /// <summary>Options for the response messages.</summary>
    protected abstract WriteOptions? WriteOptionsCore { get; set; }

    /// <summary>Who the client is.</summary>
    protected abstract AuthContext AuthContextCore { get; }

    /// <summary>Shared values; the base makes a dictionary on first use.</summary>
    protected virtual IDictionary<object, object> UserStateCore => _userState ??= [];

    /// <summary>Sends the response headers; at most once, before the first message.</summary>
    public Task WriteResponseHeadersAsync(Metadata responseHeaders) => WriteResponseHeadersAsyncCore(responseHeaders);

    /// <summary>A token that ties calls made by this handler to this call.</summary>
    public ContextPropagationToken CreatePropagationToken(ContextPropagationOptions? options = null) => CreatePropagationTokenCore(options);

    /// <summary>Sends the response headers.</summary>
    protected abstract Task WriteResponseHeadersAsyncCore(Metadata responseHeaders);

    /// <summary>Makes a propagation token.</summary>
    protected abstract ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options);
}
