using Replication.Core.Transactions;
using Replication.Protos.V1;
using CoreKind = Replication.Core.Records.CollectionKind;
using CoreOperation = Replication.Core.Transactions.Operation;
using CorePrecondition = Replication.Core.Transactions.Precondition;

namespace Replication.Wire;

/// <summary>Commits in messages.</summary>
public static class CommitMap
{
    /// <summary>The transaction that a request asks for. Values are not copied: the message must stay as it is.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: an operation has no action, or a number is out of bounds.</exception>
    public static Transaction ToTransaction(this CommitRequest request)
    {
        var operations = new CoreOperation[request.Operations.Count];
        for (var i = 0; i < operations.Length; i++) operations[i] = ToOperation(request.Operations[i], i);
        return new Transaction(operations, request.RequestId.Memory, request.FirstSentAfter is { } position ? position.ToPosition() : null);
    }

    /// <summary>The answer to a unary commit: a failed precondition or a unique value that another record has is an answer, everything else that was rejected a status.</summary>
    /// <exception cref="Grpc.Core.RpcException">The transaction was rejected for another reason, or its outcome is unknown or forgotten.</exception>
    public static CommitResponse ToResponse(this CommitOutcome outcome) =>
        TryToResponse(outcome, out var error) ?? throw Errors.Failure(error!);

    /// <summary>The answer to one item of a stream.</summary>
    public static CommitStreamResponse.Types.Item ToItem(this CommitOutcome outcome, ulong ticket) =>
        TryToResponse(outcome, out var error) is { } response
            ? new CommitStreamResponse.Types.Item { Ticket = ticket, Response = response }
            : new CommitStreamResponse.Types.Item { Ticket = ticket, Error = error };

    private static CommitResponse? TryToResponse(CommitOutcome outcome, out Error? error)
    {
        error = null;
        switch (outcome)
        {
            case CommitOutcome.Committed committed:
                return new CommitResponse { Committed = new Committed { Position = committed.Position.ToMessage() } };
            case CommitOutcome.Rejected { Reason: RejectionReason.PreconditionFailed or RejectionReason.UniqueViolation } rejected:
                return new CommitResponse { Rejected = rejected.ToError() };
            case CommitOutcome.Rejected rejected:
                error = rejected.ToError();
                return null;
            case CommitOutcome.Unknown unknown:
                error = new Error { Code = Error.Types.Code.UnknownOutcome, Message = unknown.Message };
                return null;
            case CommitOutcome.Forgotten forgotten:
                error = new Error
                {
                    Code = Error.Types.Code.Forgotten,
                    Message = forgotten.Message,
                    Epoch = forgotten.Newest.Epoch.Number,
                    Index = (ulong)forgotten.Newest.Index,
                };
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "not an outcome");
        }
    }

    private static CoreOperation ToOperation(Protos.V1.Operation message, int position)
    {
        var precondition = ToPrecondition(message.Precondition);
        return message.ActionCase switch
        {
            Protos.V1.Operation.ActionOneofCase.Put => CoreOperation.Put(message.Put.Collection, message.Put.Key.Memory, message.Put.Value.Memory, precondition),
            Protos.V1.Operation.ActionOneofCase.Delete => CoreOperation.Delete(message.Delete.Collection, message.Delete.Key.Memory, precondition),
            Protos.V1.Operation.ActionOneofCase.CreateCollection =>
                CoreOperation.Create(message.CreateCollection.Collection, ToKind(message.CreateCollection.Kind, position)) with { Precondition = precondition },
            Protos.V1.Operation.ActionOneofCase.DropCollection => CoreOperation.Drop(message.DropCollection.Collection) with { Precondition = precondition },
            Protos.V1.Operation.ActionOneofCase.CreateIndex =>
                CoreOperation.CreateIndex(message.CreateIndex.Collection, message.CreateIndex.Name, message.CreateIndex.Path, message.CreateIndex.Unique) with { Precondition = precondition },
            Protos.V1.Operation.ActionOneofCase.DropIndex =>
                CoreOperation.DropIndex(message.DropIndex.Collection, message.DropIndex.Name) with { Precondition = precondition },
            _ => throw Errors.Failure(Error.Types.Code.InvalidArgument, $"Operation {position} has no action that this version knows."),
        };
    }

    private static CorePrecondition ToPrecondition(Protos.V1.Precondition? message) => message?.ConditionCase switch
    {
        Protos.V1.Precondition.ConditionOneofCase.Absent => CorePrecondition.Absent,
        Protos.V1.Precondition.ConditionOneofCase.Present => CorePrecondition.Present,
        Protos.V1.Precondition.ConditionOneofCase.UnchangedSince => CorePrecondition.UnchangedSince(message.UnchangedSince.ToPosition()),
        _ => CorePrecondition.None,
    };

    private static CoreKind ToKind(CollectionKind kind, int position) => kind switch
    {
        CollectionKind.Json => CoreKind.Json,
        CollectionKind.Bytes => CoreKind.Bytes,
        _ => throw Errors.Failure(Error.Types.Code.InvalidArgument, $"Operation {position} names a kind of collection that this version does not know."),
    };
}
