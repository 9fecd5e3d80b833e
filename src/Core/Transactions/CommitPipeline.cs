using Replication.Core.Indexes;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;

namespace Replication.Core.Transactions;

/// <summary>
/// The primary's decisions, without threads or disk: takes transactions in order, decides each against the newest state
/// (entries that are not durable yet included), appends the accepted ones to the batch being filled and applies them to
/// the state that will be published when that batch is durable. A rejected one leaves no trace in the log.
/// </summary>
/// <remarks>
/// Invariants: one batch is with the disk at most; <see cref="Newest"/> is its end or that of the batch being filled.
/// Only what <see cref="Complete"/> was called for may be published or answered.
/// </remarks>
public sealed class CommitPipeline
{
    /// <summary>A digest is logged at least every so many entries, unless another number is given.</summary>
    public const int DigestInterval = 4096;

    /// <summary>A batch takes no further transaction beyond so many bytes.</summary>
    public const int MaxBatchBytes = 4 * 1024 * 1024;

    // Of a transaction: what more would touch the cache could not hold until it is decided.
    private const int PrefetchedOperations = 1024;

    private readonly StateBuilder _state;
    private readonly Epoch _epoch;
    private readonly int _digestInterval;
    private readonly int _indexStep;
    private readonly TransactionEncoder _encoder = new();
    private readonly Dictionary<string, CollectionKind?> _overlay = new(StringComparer.Ordinal);
    private readonly TransactionIndexes _indexes;
    private readonly RefusedRequests _refused;
    private LogBatch _filling = new();
    private LogBatch _spare = new();
    private long _lastDigest; // or where it began, from which on they are due
    private bool _endsInDigest;

    /// <summary>Begins behind a state that is durable.</summary>
    /// <param name="state">Everything in the log.</param>
    /// <param name="epoch">The reign to write in; its epoch start is the first entry to append.</param>
    /// <param name="digests">Is told the digest behind each entry.</param>
    /// <param name="digestInterval">A digest is logged at least every so many entries.</param>
    /// <param name="indexStep">Records that one step in the building of an index covers at most.</param>
    public CommitPipeline(DatabaseState state, Epoch epoch, DigestHistory digests, int digestInterval = DigestInterval, int indexStep = IndexStep.MaxRecords)
        : this(state, epoch, digests, digestInterval, indexStep, new RefusedRequests())
    {
    }

    internal CommitPipeline(DatabaseState state, Epoch epoch, DigestHistory digests, int digestInterval, int indexStep, RefusedRequests refused)
    {
        _refused = refused;
        _state = new StateBuilder(state, digests);
        _indexes = new TransactionIndexes(_state);
        _epoch = epoch;
        (_digestInterval, _indexStep) = (digestInterval, indexStep);
        _lastDigest = state.Index;
        _filling.Restart(state.Tail);
    }

    /// <summary>Bytes of memory beyond which only deletes are accepted.</summary>
    public long MaxMemoryBytes { get; set; } = long.MaxValue;

    /// <summary>The end of the log with everything accepted so far.</summary>
    public LogTail Newest => _filling.After;

    /// <summary>The voters and the quorum with everything accepted so far.</summary>
    public Configuration Configuration => _state.Configuration;

    /// <summary>Whether something waits to be taken to the disk.</summary>
    public bool HasBatch => !_filling.IsEmpty;

    /// <summary>Whether the batch being filled should take no more.</summary>
    public bool IsFull => _filling.WrittenBytes >= MaxBatchBytes;

    /// <summary>Brings what some transactions will change into the processor's cache, for all together; they are decided next.</summary>
    public void Prefetch(IReadOnlyList<CheckedTransaction> upcoming)
    {
        for (var i = 0; i < upcoming.Count; i++)
        {
            var operations = upcoming[i].Transaction.Operations;
            for (var j = 0; j < Math.Min(operations.Count, PrefetchedOperations); j++)
                if (operations[j].Action is OperationAction.Put or OperationAction.Delete)
                    _state.Announce(operations[j].Collection, operations[j].Key);
        }
        _state.Fetch();
    }

    /// <summary>Decides a transaction, unless it is a request that was decided before; when accepted, it stands at the returned position of the batch being filled.</summary>
    /// <param name="candidate">Checked by <see cref="TransactionCheck"/>.</param>
    /// <param name="nowMicros">Microseconds since 1970-01-01 UTC.</param>
    /// <returns>What to answer once <see cref="Newest"/>, as it is after this call, is committed.</returns>
    public CommitOutcome Decide(CheckedTransaction candidate, long nowMicros)
    {
        var transaction = candidate.Transaction;
        if (RepeatedRequest.AnswerTo(transaction, _state, _refused) is { } known) return known;
        if ((UnmetPrecondition(transaction) ?? Encode(candidate)) is { } rejection)
        {
            if (!transaction.RequestId.IsEmpty) _refused.Remember(transaction.RequestId.Span, rejection, Newest.Index);
            return rejection;
        }

        // A lack of memory is not remembered: it says nothing of the request, which is asked again when there is some.
        var size = _encoder.Size();
        if (_state.UsedBytes + size > MaxMemoryBytes && AddsData(transaction))
            return new CommitOutcome.Rejected(RejectionReason.MemoryFull, $"The data takes {_state.UsedBytes} bytes of memory, and {MaxMemoryBytes} are permitted. Nothing was written. Delete something, close views that are long open, or raise Replication:MaxMemoryBytes.");
        return new CommitOutcome.Committed(AppendEncoded(size, nowMicros));
    }

    /// <summary>Appends the next step of an index that is being built, if there is one and memory for it.</summary>
    public void BuildIndexes(long nowMicros)
    {
        if (_state.UsedBytes > MaxMemoryBytes || _state.NextIndexStep(_indexStep) is not var (collection, upTo, step)) return;
        _encoder.Restart(default);
        _encoder.Add(OperationAction.BuildIndex, collection, upTo, step.ToArray());
        AppendEncoded(_encoder.Size(), nowMicros);
    }

    /// <summary>Appends a control entry.</summary>
    public LogPosition Append(EntryKind kind, ReadOnlySpan<byte> payload, long nowMicros)
    {
        payload.CopyTo(_filling.Payload(payload.Length));
        return Seal(payload.Length, kind, nowMicros);
    }

    /// <summary>Appends the digest of the state so far, unless the last entry is one.</summary>
    public void AppendDigest(long nowMicros)
    {
        if (_endsInDigest) return;
        Append(EntryKind.StateDigest, new StateDigestEntry(_state.Digest, _state.Records).ToArray(), nowMicros);
        _lastDigest = _state.Tail.Index;
    }

    /// <summary>Takes the batch for the disk, with the state to publish when it is durable. Not while another is with the disk.</summary>
    public (LogBatch Batch, DatabaseState State) TakeBatch()
    {
        var batch = _filling;
        _filling = _spare;
        _filling.Restart(batch.After);
        _spare = null!;
        return (batch, _state.Freeze());
    }

    /// <summary>The disk has the batch; it may be used again.</summary>
    public void Complete(LogBatch batch) => _spare = batch;

    private LogPosition AppendEncoded(int size, long nowMicros)
    {
        _encoder.Write(_filling.Payload(size));
        var position = Seal(size, EntryKind.Transaction, nowMicros);
        if (position.Index - _lastDigest >= _digestInterval) AppendDigest(nowMicros);
        return position;
    }

    private LogPosition Seal(int size, EntryKind kind, long nowMicros)
    {
        var header = _filling.Seal(size, _epoch, kind, nowMicros);
        _state.Apply(header, _filling.Frames.Span[^size..]);
        _endsInDigest = kind == EntryKind.StateDigest;
        return header.Position;
    }

    private static bool AddsData(Transaction transaction)
    {
        for (var i = 0; i < transaction.Operations.Count; i++)
            if (transaction.Operations[i].Action is not (OperationAction.Delete or OperationAction.DropCollection))
                return true;
        return false;
    }

    private CommitOutcome.Rejected? UnmetPrecondition(Transaction transaction)
    {
        for (var i = 0; i < transaction.Operations.Count; i++)
            if (Precondition(transaction.Operations[i], i) is { } unmet)
                return unmet;
        return null;
    }

    private CommitOutcome.Rejected? Precondition(in Operation operation, int position)
    {
        if (operation.Precondition.Kind == PreconditionKind.None) return null;
        var isRecord = operation.Action is OperationAction.Put or OperationAction.Delete;
        var record = isRecord ? _state.Find(operation.Collection, operation.Key.Span) : default;
        var exists = isRecord ? record.Exists : _state.KindOf(operation.Collection) is not null;
        var what = isRecord ? "record" : "collection";
        var message = operation.Precondition.Kind switch
        {
            PreconditionKind.Absent when exists => $"The {what} exists, but it was to be absent. Read it and decide again.",
            PreconditionKind.Present when !exists => $"The {what} does not exist, but it was to be present.",
            PreconditionKind.UnchangedSince => UnchangedSince(record, operation.Precondition.Position),
            _ => null,
        };
        return message is null ? null : new(RejectionReason.PreconditionFailed, message, position);
    }

    private string? UnchangedSince(Record record, LogPosition position)
    {
        if (!record.Exists) return "The record does not exist, but it was to be unchanged.";
        if (position.Index > _state.Tail.Index || _state.PositionOf(position.Index) != position)
            return $"Position {position} is not in this history, so nothing can be unchanged since it. Read the record again.";
        return record.Index <= position.Index
            ? null
            : $"The record was written at {_state.PositionOf(record.Index)}, behind {position}. Read it and decide again.";
    }

    // Collections that the transaction itself creates or drops are kept in an overlay, so that a rejection changes nothing.
    private CommitOutcome.Rejected? Encode(CheckedTransaction candidate)
    {
        _overlay.Clear();
        _indexes.Restart();
        _encoder.Restart(candidate.Transaction.RequestId);
        for (var i = 0; i < candidate.Transaction.Operations.Count; i++)
        {
            var operation = candidate.Transaction.Operations[i];
            var kind = _overlay.Count > 0 && _overlay.TryGetValue(operation.Collection, out var changed) ? changed : _state.KindOf(operation.Collection);
            switch (operation.Action)
            {
                case OperationAction.Put:
                    if (kind is null)
                    {
                        _overlay[operation.Collection] = kind = CollectionKind.Json;
                        _encoder.Add(OperationAction.CreateJsonCollection, operation.Collection, default, default);
                    }
                    if (kind == CollectionKind.Json && candidate.Undecided.AsSpan().BinarySearch(i) >= 0 && TransactionCheck.CheckJson(operation, i) is { } invalid) return invalid;
                    break;
                case OperationAction.CreateJsonCollection or OperationAction.CreateBytesCollection:
                    if (kind is not null) return new(RejectionReason.CollectionExists, $"There is a collection '{operation.Collection}' already.", i);
                    _overlay[operation.Collection] = operation.Action == OperationAction.CreateJsonCollection ? CollectionKind.Json : CollectionKind.Bytes;
                    break;
                default:
                    if (kind is null) return new(RejectionReason.UnknownCollection, $"There is no collection '{operation.Collection}'. The first put creates one.", i);
                    if (operation.Action == OperationAction.DropCollection) _overlay[operation.Collection] = null;
                    break;
            }
            if (_indexes.Take(operation, kind, i) is { } refused) return refused;
            _encoder.Add(operation.Action, operation.Collection, operation.Key, operation.Value);
        }
        return _indexes.Finish();
    }
}
