using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Following;
using Replication.Core.Transactions;
using Replication.Protos.V1;

namespace Replication.Wire;

/// <summary>The one place that says which gRPC status an error has. The details travel in a trailer.</summary>
public static class Errors
{
    /// <summary>The trailer with the serialized <see cref="Error"/>.</summary>
    public const string Trailer = "replication-error-bin";

    /// <summary>A failure to throw from a service.</summary>
    /// <param name="code">What it is, for programs.</param>
    /// <param name="message">One sentence: what is wrong and what to do next.</param>
    public static RpcException Failure(Error.Types.Code code, string message) => Failure(new Error { Code = code, Message = message });

    /// <summary>A failure to throw from a service.</summary>
    public static RpcException Failure(Error error) =>
        new(new Status(StatusOf(error.Code), error.Message), new Metadata { { Trailer, error.ToByteArray() } });

    /// <summary>A bounded number of transfers is under way.</summary>
    /// <param name="message">One sentence: what is wrong.</param>
    /// <param name="retryAfter">When to try again.</param>
    public static RpcException Busy(string message, TimeSpan retryAfter) =>
        Failure(new Error { Code = Error.Types.Code.Busy, Message = message, RetryAfterMillis = (ulong)retryAfter.TotalMilliseconds });

    /// <summary>The details of a failure; null when it brings none, or none that can be read.</summary>
    public static Error? Details(this RpcException failure)
    {
        if (failure.Trailers.GetValueBytes(Trailer) is not { } bytes) return null;
        try
        {
            return Error.Parser.ParseFrom(bytes);
        }
        catch (Exception malformed) when (malformed is not OutOfMemoryException)
        {
            // Not only the parser's own exceptions: a length near 2 GiB makes it overflow.
            return null;
        }
    }

    /// <summary>This node does not write.</summary>
    /// <param name="primary">gRPC address of the primary; empty when it is not known.</param>
    public static Error NotPrimary(string primary) => new()
    {
        Code = Error.Types.Code.NotPrimary,
        Message = primary.Length > 0
            ? $"This node is a replica and does not write. Commit on the primary at {primary}."
            : "This node is a replica and does not write. Its primary is not known yet; try again, or name the primary.",
        Primary = primary,
    };

    /// <summary>A digest in the log does not agree with what this node has, so it does nothing that could carry that on.</summary>
    /// <param name="standing">Not <see cref="DigestStanding.Sound"/>.</param>
    /// <param name="what">What it does not do.</param>
    public static RpcException NotSound(DigestStanding standing, string what) => standing == DigestStanding.Holding
        ? Failure(Error.Types.Code.Holding, $"This node holds: its own files do not agree with a digest in the log, so {what}. Its status says more; ask another node.")
        : Failure(Error.Types.Code.Loading, $"This node's memory did not agree with a digest in the log, so {what} until it has replayed its own files. Try again after a moment.");

    /// <summary>A rejection as an error.</summary>
    public static Error ToError(this CommitOutcome.Rejected rejected) => new()
    {
        Code = CodeOf(rejected.Reason),
        Message = rejected.Message,
        Operation = (uint)(rejected.Operation ?? 0),
        HasOperation = rejected.Operation is not null,
    };

    private static Error.Types.Code CodeOf(RejectionReason reason) => reason switch
    {
        RejectionReason.InvalidArgument => Error.Types.Code.InvalidArgument,
        RejectionReason.UnknownCollection => Error.Types.Code.UnknownCollection,
        RejectionReason.InvalidCollectionName => Error.Types.Code.InvalidCollectionName,
        RejectionReason.CollectionExists => Error.Types.Code.CollectionExists,
        RejectionReason.InvalidKey => Error.Types.Code.InvalidKey,
        RejectionReason.InvalidJson => Error.Types.Code.InvalidJson,
        RejectionReason.ValueTooLarge => Error.Types.Code.ValueTooLarge,
        RejectionReason.TransactionTooLarge => Error.Types.Code.TransactionTooLarge,
        RejectionReason.PreconditionFailed => Error.Types.Code.PreconditionFailed,
        RejectionReason.Busy => Error.Types.Code.Busy,
        RejectionReason.DiskFull => Error.Types.Code.DiskFull,
        RejectionReason.MemoryFull => Error.Types.Code.MemoryFull,
        RejectionReason.ShuttingDown => Error.Types.Code.ShuttingDown,
        RejectionReason.NotPrimary => Error.Types.Code.NotPrimary,
        RejectionReason.UniqueViolation => Error.Types.Code.UniqueViolation,
        RejectionReason.UnknownIndex => Error.Types.Code.UnknownIndex,
        RejectionReason.IndexExists => Error.Types.Code.IndexExists,
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a reason"),
    };

    private static StatusCode StatusOf(Error.Types.Code code) => code switch
    {
        Error.Types.Code.InvalidArgument or Error.Types.Code.InvalidCollectionName or Error.Types.Code.InvalidKey
            or Error.Types.Code.InvalidJson or Error.Types.Code.ValueTooLarge or Error.Types.Code.TransactionTooLarge => StatusCode.InvalidArgument,
        Error.Types.Code.UnknownCollection or Error.Types.Code.UnknownIndex or Error.Types.Code.NotFound => StatusCode.NotFound,
        Error.Types.Code.CollectionExists or Error.Types.Code.IndexExists => StatusCode.AlreadyExists,
        Error.Types.Code.NotPrimary or Error.Types.Code.PreconditionFailed or Error.Types.Code.OtherHistory or Error.Types.Code.Holding
            or Error.Types.Code.UniqueViolation or Error.Types.Code.IndexBuilding or Error.Types.Code.IndexFailed => StatusCode.FailedPrecondition,
        Error.Types.Code.Busy or Error.Types.Code.DiskFull or Error.Types.Code.MemoryFull => StatusCode.ResourceExhausted,
        Error.Types.Code.Loading or Error.Types.Code.ShuttingDown => StatusCode.Unavailable,
        Error.Types.Code.TooStale => StatusCode.DeadlineExceeded,
        Error.Types.Code.Pruned or Error.Types.Code.Forgotten => StatusCode.OutOfRange,
        Error.Types.Code.UnknownOutcome or Error.Types.Code.ViewExpired => StatusCode.Aborted,
        _ => StatusCode.Unknown,
    };
}
