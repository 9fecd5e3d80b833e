using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>What the four call objects share: access to headers, status and trailers, and the way to end the call.</summary>
internal readonly struct AsyncCallState
{
    private readonly Func<object, Task<Metadata>> _responseHeaders;
    private readonly Func<object, Status> _status;
    private readonly Func<object, Metadata> _trailers;
    private readonly Action<object> _dispose;
    private readonly object _state;

    internal AsyncCallState(
        Func<object, Task<Metadata>> responseHeadersAsync,
        Func<object, Status> getStatusFunc,
        Func<object, Metadata> getTrailersFunc,
        Action<object> disposeAction,
        object state)
    {
        _responseHeaders = GrpcPreconditions.CheckNotNull(responseHeadersAsync, nameof(responseHeadersAsync));
        _status = GrpcPreconditions.CheckNotNull(getStatusFunc, nameof(getStatusFunc));
        _trailers = GrpcPreconditions.CheckNotNull(getTrailersFunc, nameof(getTrailersFunc));
        _dispose = GrpcPreconditions.CheckNotNull(disposeAction, nameof(disposeAction));
        _state = state;
    }

    internal AsyncCallState(
        Task<Metadata> responseHeadersAsync, Func<Status> getStatusFunc, Func<Metadata> getTrailersFunc, Action disposeAction)
        : this(_ => responseHeadersAsync, _ => getStatusFunc(), _ => getTrailersFunc(), _ => disposeAction(), disposeAction)
    {
    }

    internal Task<Metadata> ResponseHeadersAsync => _responseHeaders(_state);

    internal Status GetStatus() => _status(_state);

    internal Metadata GetTrailers() => _trailers(_state);

    internal void Dispose() => _dispose(_state);
}
