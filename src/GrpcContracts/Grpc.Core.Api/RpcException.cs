using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>
/// A call that ended with a status other than success: what a client receives, and what a handler throws to end its call so.
/// </summary>
public class RpcException : Exception
{
    /// <summary>Ends with a status.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>Ends with a status; the message is local and not sent.</summary>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Ends with a status and trailers.</summary>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Ends with a status and trailers; the message is local and not sent.</summary>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message)
    {
        Status = status;
        Trailers = GrpcPreconditions.CheckNotNull(trailers, nameof(trailers));
    }

    /// <summary>The status the call ended with.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The call's trailers; empty if there are none.</summary>
    public Metadata Trailers { get; }
}
