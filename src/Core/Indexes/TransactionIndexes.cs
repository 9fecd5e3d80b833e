using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Core.Indexes;

/// <summary>
/// What indexes have against a transaction, decided against the newest state and all operations of the transaction: unique
/// values are compared in what it leaves behind, so that two records may exchange theirs. For one thread; reused.
/// </summary>
internal sealed class TransactionIndexes(StateBuilder state)
{
    // A shorter document cannot have too many values: each takes a character and a comma.
    private const int ManyValuesBytes = 2 * IndexDefinition.MaxValuesPerDocument;

    private static readonly EqualityComparer<byte[]> ByBytes = EqualityComparer<byte[]>.Create(
        static (left, right) => left.AsSpan().SequenceEqual(right),
        static bytes =>
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        });

    private readonly IndexedValues _values = new();
    private readonly Dictionary<(string Collection, string Index), bool> _changed = [];
    private readonly HashSet<string> _dropped = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Dictionary<byte[], (int Position, ReadOnlyMemory<byte> Value)>> _left = new(StringComparer.Ordinal);

    /// <summary>Forgets everything and begins a transaction.</summary>
    public void Restart()
    {
        _changed.Clear();
        _dropped.Clear();
        _left.Clear();
    }

    /// <summary>Takes the next operation, which its collection has accepted.</summary>
    /// <param name="operation">Checked by <see cref="TransactionCheck"/>.</param>
    /// <param name="kind">Of the collection, at this operation.</param>
    /// <param name="position">Of the operation.</param>
    public CommitOutcome.Rejected? Take(in Operation operation, CollectionKind? kind, int position)
    {
        switch (operation.Action)
        {
            case OperationAction.CreateIndex: return Create(operation, kind, position);
            case OperationAction.DropIndex: return Drop(operation, position);
            case OperationAction.DropCollection:
                Drop(operation.Collection);
                return null;
            case OperationAction.Put or OperationAction.Delete:
                return state.HasIndexes && !_dropped.Contains(operation.Collection) && state.IndexesOf(operation.Collection) is { IsEmpty: false } indexes
                    ? Change(operation, indexes, position)
                    : null;
            default: return null;
        }
    }

    /// <summary>Decides about the whole transaction.</summary>
    public CommitOutcome.Rejected? Finish()
    {
        foreach (var (collection, records) in _left)
            foreach (var index in state.IndexesOf(collection)!.All)
                if (IsUnique(collection, index) && Collision(collection, index, records) is { } rejected)
                    return rejected;
        return null;
    }

    private CommitOutcome.Rejected? Create(in Operation operation, CollectionKind? kind, int position)
    {
        var name = IndexDefinition.ReadName(operation.Value.Span);
        var collection = operation.Collection;
        if (kind == CollectionKind.Bytes) return new(RejectionReason.InvalidArgument, $"Collection '{collection}' holds bytes; only JSON documents have indexes.", position);
        if (Exists(collection, name)) return new(RejectionReason.IndexExists, $"Collection '{collection}' has an index '{name}' already. Drop it first, or choose another name.", position);
        if (CountOf(collection) >= IndexDefinition.MaxPerCollection)
            return new(RejectionReason.InvalidArgument, $"Collection '{collection}' has {IndexDefinition.MaxPerCollection} indexes, and more are not accepted. Drop one first.", position);
        _changed[(collection, name)] = true;
        return null;
    }

    private CommitOutcome.Rejected? Drop(in Operation operation, int position)
    {
        var name = IndexDefinition.ReadName(operation.Value.Span);
        if (!Exists(operation.Collection, name)) return new(RejectionReason.UnknownIndex, $"Collection '{operation.Collection}' has no index '{name}'.", position);
        _changed[(operation.Collection, name)] = false;
        return null;
    }

    private void Drop(string collection)
    {
        _dropped.Add(collection);
        _left.Remove(collection);
        foreach (var changed in _changed.Keys.Where(changed => changed.Collection == collection).ToList()) _changed.Remove(changed);
    }

    private CommitOutcome.Rejected? Change(in Operation operation, CollectionIndexes indexes, int position)
    {
        var isUnique = false;
        foreach (var index in indexes.All)
        {
            isUnique |= IsUnique(operation.Collection, index);
            if (operation.Value.Length <= ManyValuesBytes || index.State.Phase == IndexPhase.Failed) continue;
            _values.Read(index.Definition.Path, operation.Value.Span);
            if (_values.Count > IndexDefinition.MaxValuesPerDocument)
                return new(RejectionReason.ValueTooLarge, IndexText.TooManyValues(index.Definition, operation.Key.Span), position);
        }
        if (!isUnique) return null;
        if (!_left.TryGetValue(operation.Collection, out var records)) _left[operation.Collection] = records = new(ByBytes);
        records[operation.Key.ToArray()] = (position, operation.Value);
        return null;
    }

    private CommitOutcome.Rejected? Collision(string collection, WorkingIndex index, Dictionary<byte[], (int Position, ReadOnlyMemory<byte> Value)> records)
    {
        var claims = new Dictionary<byte[], byte[]>(ByBytes);
        foreach (var (key, (position, value)) in records.OrderBy(static record => record.Value.Position))
        {
            _values.Read(index.Definition.Path, value.Span);
            for (var i = 0; i < _values.Count; i++)
            {
                var holder = index.HolderOf(_values[i], key);
                if (!holder.IsEmpty && records.ContainsKey(holder.ToArray())) holder = default; // It may leave the value: its own claim says.
                if (holder.IsEmpty && records.Count > 1 && !claims.TryAdd(_values[i].ToArray(), key)) holder = claims[_values[i].ToArray()];
                if (!holder.IsEmpty) return new(RejectionReason.UniqueViolation, IndexText.Taken(index.Definition, collection, holder), position);
            }
        }
        return null;
    }

    // Not one that this transaction drops; one that it creates is built, and looked at, behind it.
    private bool IsUnique(string collection, WorkingIndex index) =>
        index.Definition.IsUnique && index.State.Phase != IndexPhase.Failed && !_changed.ContainsKey((collection, index.Definition.Name));

    private bool Exists(string collection, string name) =>
        _changed.TryGetValue((collection, name), out var exists) ? exists : !_dropped.Contains(collection) && state.IndexesOf(collection)?.Find(name) is not null;

    private int CountOf(string collection)
    {
        var count = _dropped.Contains(collection) ? 0 : state.IndexesOf(collection)?.All.Count ?? 0;
        foreach (var ((changed, name), exists) in _changed)
            if (changed == collection)
                count += (exists ? 1 : 0) - (!_dropped.Contains(collection) && state.IndexesOf(collection)?.Find(name) is not null ? 1 : 0);
        return count;
    }
}
