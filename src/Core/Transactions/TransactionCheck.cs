using System.Collections.Immutable;
using System.Text.Unicode;
using Replication.Core.Indexes;
using Replication.Core.Payloads;
using Replication.Core.Records;

namespace Replication.Core.Transactions;

/// <summary>
/// The part of validation that needs no order among transactions. It runs on the callers' threads, so that the commit
/// thread has little left to do.
/// </summary>
public sealed class TransactionCheck(TransactionLimits limits)
{
    /// <summary>Either the checked transaction or the rejection.</summary>
    /// <param name="transaction">From a caller.</param>
    /// <param name="state">The newest published state: tells which collections hold bytes.</param>
    /// <param name="rejection">Null when the answer is not.</param>
    public CheckedTransaction? Check(Transaction transaction, DatabaseState state, out CommitOutcome.Rejected? rejection)
    {
        rejection = CheckShape(transaction);
        if (rejection is not null) return null;
        var changesCollections = ChangesCollections(transaction);
        ImmutableArray<int>.Builder? undecided = null;
        for (var i = 0; i < transaction.Operations.Count; i++)
        {
            rejection = CheckOperation(transaction.Operations[i], i);
            if (rejection is not null) return null;
            if (transaction.Operations[i].Action != OperationAction.Put) continue;
            var kind = state.Collections.GetValueOrDefault(transaction.Operations[i].Collection)?.Kind;
            if (kind == CollectionKind.Bytes)
            {
                (undecided ??= ImmutableArray.CreateBuilder<int>()).Add(i);
            }
            else if (CheckJson(transaction.Operations[i], i) is { } invalid)
            {
                // A request that was executed before is answered whatever has become of its collection since.
                if (kind == CollectionKind.Json && !changesCollections && transaction.RequestId.IsEmpty)
                {
                    rejection = invalid;
                    return null;
                }
                (undecided ??= ImmutableArray.CreateBuilder<int>()).Add(i);
            }
        }
        return new CheckedTransaction(transaction, undecided?.DrainToImmutable() ?? []);
    }

    private static bool ChangesCollections(Transaction transaction)
    {
        for (var i = 0; i < transaction.Operations.Count; i++)
            if (transaction.Operations[i].Action is not (OperationAction.Put or OperationAction.Delete))
                return true;
        return false;
    }

    internal static CommitOutcome.Rejected? CheckJson(in Operation operation, int position) =>
        JsonText.Violation(operation.Value.Span) is { } violation
            ? new CommitOutcome.Rejected(
                RejectionReason.InvalidJson,
                $"The value for collection '{operation.Collection}' is not accepted: {violation}. Put a JSON document, or create the collection for bytes.",
                position)
            : null;

    private CommitOutcome.Rejected? CheckShape(Transaction transaction)
    {
        if (transaction.Operations.Count == 0)
            return new(RejectionReason.InvalidArgument, "The transaction has no operations. Add at least one.");
        if (transaction.Operations.Count > TransactionLimits.MaxOperations)
            return new(RejectionReason.TransactionTooLarge, $"The transaction has {transaction.Operations.Count} operations; at most {TransactionLimits.MaxOperations} are accepted. Split it.");
        if (transaction.RequestId.Length > TransactionLimits.MaxRequestIdBytes)
            return new(RejectionReason.InvalidArgument, $"The request id has {transaction.RequestId.Length} bytes; at most {TransactionLimits.MaxRequestIdBytes} are accepted.");
        var size = TransactionEncoder.UpperBound(transaction);
        return size > limits.MaxTransactionBytes
            ? new(RejectionReason.TransactionTooLarge, $"The transaction needs {size} bytes in the log; at most {limits.MaxTransactionBytes} are accepted. Split it.")
            : null;
    }

    private CommitOutcome.Rejected? CheckOperation(in Operation operation, int position)
    {
        if (!CollectionName.IsValid(operation.Collection))
            return new(RejectionReason.InvalidCollectionName, $"'{Shown(operation.Collection)}' is no name for a collection; use 1 to 64 of a-z, 0-9, _ and -.", position);
        if (operation.Action > OperationAction.DropIndex || operation.Precondition.Kind > PreconditionKind.UnchangedSince)
            return new(RejectionReason.InvalidArgument, "The operation's action or precondition is unknown to this version.", position);
        if (operation.Action is OperationAction.CreateIndex or OperationAction.DropIndex) return CheckIndexOperation(operation, position);
        if (operation.Action != OperationAction.Put && !operation.Value.IsEmpty)
            return new(RejectionReason.InvalidArgument, "Only a put takes a value; this operation takes no value.", position);
        if (operation.Action is not (OperationAction.Put or OperationAction.Delete)) return CheckCollectionOperation(operation, position);
        if (CheckKey(operation.Key.Span, position) is { } invalidKey) return invalidKey;
        return operation.Value.Length > limits.MaxValueBytes
            ? new(RejectionReason.ValueTooLarge, $"The value has {operation.Value.Length} bytes; at most {limits.MaxValueBytes} are accepted. Split it, or raise the limit on the primary.", position)
            : null;
    }

    private static CommitOutcome.Rejected? CheckIndexOperation(in Operation operation, int position)
    {
        if (!operation.Key.IsEmpty || operation.Precondition.Kind != PreconditionKind.None)
            return new(RejectionReason.InvalidArgument, "An operation on an index takes no key and no precondition.", position);
        try
        {
            if (operation.Action == OperationAction.DropIndex) return CheckIndexName(operation, position);
            return IndexDefinition.TryRead(operation.Value.Span, out _) is { } violation ? new(RejectionReason.InvalidArgument, violation, position) : null;
        }
        catch (MalformedPayloadException malformed)
        {
            return new(RejectionReason.InvalidArgument, malformed.Message, position);
        }
    }

    private static CommitOutcome.Rejected? CheckIndexName(in Operation operation, int position) =>
        CollectionName.IsValid(IndexDefinition.ReadName(operation.Value.Span))
            ? null
            : new(RejectionReason.InvalidArgument, "The operation names no index; a name is 1 to 64 of a-z, 0-9, _ and -.", position);

    private static CommitOutcome.Rejected? CheckCollectionOperation(in Operation operation, int position)
    {
        if (!operation.Key.IsEmpty) return new(RejectionReason.InvalidArgument, "An operation on a collection takes no key.", position);
        return operation.Precondition.Kind == PreconditionKind.UnchangedSince
            ? new(RejectionReason.InvalidArgument, "'Unchanged since' is a precondition on a record, not on a collection.", position)
            : null;
    }

    private static CommitOutcome.Rejected? CheckKey(ReadOnlySpan<byte> key, int position)
    {
        if (key.IsEmpty) return new(RejectionReason.InvalidKey, "The key is empty; a key has 1 to 1,024 bytes.", position);
        if (key.Length > TransactionLimits.MaxKeyBytes)
            return new(RejectionReason.InvalidKey, $"The key has {key.Length} bytes; a key has 1 to 1,024.", position);
        return Utf8.IsValid(key) ? null : new(RejectionReason.InvalidKey, "The key is not valid UTF-8.", position);
    }

    private static string Shown(string name) => name.Length <= 80 ? name : name[..80] + "…";
}
