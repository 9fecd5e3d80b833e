namespace Grpc.Core;

/// <summary>Where a channel, or one of its transports, stands in its connection life cycle.</summary>
public enum ConnectivityState
{
    /// <summary>Not trying to connect.</summary>
    Idle,

    /// <summary>Establishing a connection.</summary>
    Connecting,

    /// <summary>Connected: calls can be sent.</summary>
    Ready,

    /// <summary>The last attempt failed; another one is expected.</summary>
    TransientFailure,

    /// <summary>Closed for good.</summary>
    Shutdown,
}
