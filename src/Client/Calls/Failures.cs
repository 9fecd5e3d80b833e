using Google.Protobuf;
using Grpc.Core;
using Contract = Replication.Protos.V1;

namespace Replication.Client.Calls;

/// <summary>The one place where what gRPC reports becomes an exception of this client.</summary>
internal sealed class Failures(Uri address)
{
    /// <summary>The trailer of a failed call that carries a serialized <c>replication.v1.Error</c>.</summary>
    internal const string Trailer = "replication-error-bin";

    /// <summary>Nothing at the address took the connection: whatever was to be sent was not.</summary>
    internal static bool NeverConnected(Exception failure) =>
        failure is RpcException { Status.DebugException: HttpRequestException request } && request.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.VersionNegotiationError or HttpRequestError.ProxyTunnelError;

    /// <summary>Why a call that changes nothing failed.</summary>
    internal ReplicationException OfRead(RpcException failure) => Told(failure) ?? Untold(failure);

    /// <summary>Why a commit failed that travelled as a call of its own.</summary>
    internal ReplicationException OfCommit(RpcException failure)
    {
        if (Told(failure) is { } told) return told;
        if (NeverConnected(failure)) return Unreachable(failure);
        return RefusedAtTheDoor(failure) || failure.StatusCode == StatusCode.ResourceExhausted ? Untold(failure) : Unknown(Reason(failure), failure);
    }

    /// <summary>What became of a commit that was put on a stream and not answered before the stream ended.</summary>
    /// <param name="failure">How the stream ended; null when the node ended it in order.</param>
    /// <param name="answered">Whether the stream brought any answer before.</param>
    internal ReplicationException OfStream(Exception? failure, bool answered) => failure switch
    {
        null => Unknown("the node ended the stream", null),
        RpcException call when NeverConnected(call) => Unreachable(call),
        RpcException call when RefusedAtTheDoor(call) => Told(call) ?? Untold(call),
        RpcException call when !answered && Told(call) is { } told && TakesNoCommits(told.Code) => told,
        _ => Unknown(Reason(failure), failure),
    };

    /// <summary>No connection could be made.</summary>
    internal NodeUnavailableException Unreachable(Exception failure) =>
        new($"No node answers at {Shown}: {Reason(failure)}. Check the address, and that the node is running.", failure);

    /// <summary>The commit was sent, and its answer did not come.</summary>
    internal CommitUnknownException Unknown(string reason, Exception? failure) =>
        new($"The outcome of the commit at {Shown} is unknown ({reason}): it took effect at most once. Read what it would have written to find out before you repeat it.", failure);

    /// <summary>The commit was not sent in time.</summary>
    internal NodeUnavailableException NotSent(TimeSpan timeout) =>
        new($"The node at {Shown} took no commit within {timeout.TotalSeconds:0.###} s; the commit was not sent. Check the node, or allow more time.");

    /// <summary>The next page of a scan did not come in time.</summary>
    internal NodeUnavailableException Late(Exception failure) =>
        new($"The node at {Shown} did not answer in time. Check the node, or allow more time.", failure);

    /// <summary>The error that a node put in words.</summary>
    internal static ReplicationException Of(Contract.Error error, Exception? inner = null)
    {
        var code = Enum.IsDefined((ReplicationErrorCode)error.Code) ? (ReplicationErrorCode)error.Code : ReplicationErrorCode.Unspecified;
        return code switch
        {
            ReplicationErrorCode.NotPrimary => new NotPrimaryException(error.Message, inner) { Primary = error.Primary, Epoch = error.Epoch, Index = error.Index },
            ReplicationErrorCode.Forgotten => new CommitForgottenException(error.Message, inner) { Epoch = error.Epoch, Index = error.Index },
            ReplicationErrorCode.UnknownOutcome => new CommitUnknownException(error.Message, inner),
            _ => new ReplicationException(code, error.Message, inner)
            {
                Operation = error.HasOperation ? (int)error.Operation : null,
                Primary = error.Primary,
                Epoch = error.Epoch,
                Index = error.Index,
            },
        };
    }

    /// <summary>The rejection that a node put in words.</summary>
    internal static Rejection RejectionOf(Contract.Error error)
    {
        var failure = Of(error);
        return new Rejection(failure.Code, error.Message, error.HasOperation ? (int)error.Operation : null);
    }

    /// <summary>One clause on why a stream or call ended.</summary>
    internal static string Reason(Exception failure)
    {
        if (failure is not RpcException call) return failure.Message.TrimEnd('.');
        if (Told(call) is { } told) return told.Message.TrimEnd('.');
        for (var cause = call.Status.DebugException; cause is not null; cause = cause.InnerException)
            if (cause.InnerException is null)
                return cause.Message.TrimEnd('.');
        return call.Status.Detail.Length > 0 ? call.Status.Detail.TrimEnd('.') : call.StatusCode.ToString();
    }

    // Answered before a handler sees the first message.
    private static bool RefusedAtTheDoor(RpcException failure) =>
        failure.StatusCode is StatusCode.Unimplemented or StatusCode.Unauthenticated or StatusCode.PermissionDenied;

    // A node says these of a stream before it takes the first commit; later on it says them of each commit.
    private static bool TakesNoCommits(ReplicationErrorCode code) =>
        code is ReplicationErrorCode.NotPrimary or ReplicationErrorCode.Loading or ReplicationErrorCode.ShuttingDown;

    private static ReplicationException? Told(RpcException failure)
    {
        if (failure.Trailers.GetValueBytes(Trailer) is not { } bytes) return null;
        try
        {
            return Of(Contract.Error.Parser.ParseFrom(bytes), failure);
        }
        catch (InvalidProtocolBufferException)
        {
            return null; // Not of this system: the status says what there is to say.
        }
    }

    private ReplicationException Untold(RpcException failure) => failure.StatusCode switch
    {
        _ when NeverConnected(failure) => Unreachable(failure),
        StatusCode.DeadlineExceeded => Late(failure),
        StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Internal =>
            new NodeUnavailableException($"The node at {Shown} broke off the call: {Reason(failure)}. Check that this is the node's gRPC address, and try again.", failure),
        StatusCode.Unimplemented => new ReplicationException(
            ReplicationErrorCode.Unspecified, $"The server at {Shown} does not know this call. Check that it is a node of this system, of this version or newer.", failure),
        StatusCode.ResourceExhausted => new ReplicationException(
            ReplicationErrorCode.TransactionTooLarge, $"A message is larger than what is accepted: {Reason(failure)}. Ask for less, or split it.", failure),
        _ => new ReplicationException(ReplicationErrorCode.Unspecified, $"The node at {Shown} refused the call ({failure.StatusCode}): {Reason(failure)}.", failure),
    };

    private string Shown => address.GetLeftPart(UriPartial.Authority);
}
