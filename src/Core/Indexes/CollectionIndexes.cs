using System.Collections.Immutable;
using Replication.Core.Payloads;
using Replication.Core.Records;
using Replication.Core.Records.Memory;
using Replication.Core.Transactions;

namespace Replication.Core.Indexes;

/// <summary>The indexes of one collection while it is being changed. For one thread.</summary>
internal sealed class CollectionIndexes
{
    private readonly RecordMemory _memory;
    private readonly List<WorkingIndex> _indexes;
    private IndexedValues? _before;
    private IndexedValues? _after;

    /// <summary>Begins with indexes, which themselves do not change.</summary>
    public CollectionIndexes(RecordMemory memory, ImmutableArray<SecondaryIndex> indexes)
    {
        _memory = memory;
        _indexes = [.. indexes.Select(index => new WorkingIndex(memory, index))];
    }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _indexes.Count == 0;

    /// <summary>Ordered by their names.</summary>
    public IReadOnlyList<WorkingIndex> All => _indexes;

    /// <summary>The index of a name; null when there is none.</summary>
    public WorkingIndex? Find(string name) => _indexes.Find(index => index.Definition.Name == name);

    /// <summary>A record was put, replaced or removed.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="before">Its value before; empty when there was none.</param>
    /// <param name="after">Its value now; empty when there is none.</param>
    /// <param name="index">Of the entry of the log.</param>
    public void Change(ReadOnlySpan<byte> key, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, long index)
    {
        foreach (var changed in _indexes)
        {
            if (!changed.State.Covers(key)) continue;
            var (old, now) = (_before ??= new(), _after ??= new());
            old.Read(changed.Definition.Path, before);
            now.Read(changed.Definition.Path, after);
            changed.Change(key, old, now, index);
        }
    }

    /// <summary>Applies an operation on an index.</summary>
    /// <param name="operation">Creates, drops or builds one.</param>
    /// <param name="index">Of the entry of the log.</param>
    /// <param name="records">Of the collection.</param>
    /// <param name="collection">The collection's name in ASCII.</param>
    /// <param name="digest">Is kept up with it.</param>
    /// <exception cref="MalformedPayloadException">The operation is none, or does not go with what is there.</exception>
    public void Apply(in LoggedOperation operation, long index, OrderedIndexBuilder records, ReadOnlySpan<byte> collection, ref StateDigest digest)
    {
        if (operation.Action == OperationAction.CreateIndex)
        {
            Add(IndexState.New(IndexDefinition.Read(operation.Value)), collection, ref digest);
            return;
        }
        var name = IndexDefinition.ReadName(operation.Value);
        var named = Find(name) ?? throw new MalformedPayloadException($"there is no index '{name}'");
        digest = digest.WithoutIndex(collection, named.State);
        if (operation.Action == OperationAction.DropIndex)
        {
            named.Clear();
            _indexes.Remove(named);
            return;
        }
        named.Take(operation.Key, IndexStep.Read(operation.Value), index, records, _after ??= new());
        digest = digest.WithIndex(collection, named.State);
    }

    /// <summary>Adds an index, without entries.</summary>
    /// <exception cref="MalformedPayloadException">There is one of its name, or there are too many.</exception>
    public void Add(IndexState state, ReadOnlySpan<byte> collection, ref StateDigest digest)
    {
        var name = state.Definition.Name;
        if (Find(name) is not null || _indexes.Count == IndexDefinition.MaxPerCollection) throw new MalformedPayloadException($"index '{name}' cannot be created");
        var at = _indexes.TakeWhile(other => string.CompareOrdinal(other.Definition.Name, name) < 0).Count();
        _indexes.Insert(at, new WorkingIndex(_memory, new SecondaryIndex(state, default, 0)));
        digest = digest.WithIndex(collection, state);
    }

    /// <summary>Removes all of them.</summary>
    /// <returns>The digest without any.</returns>
    public StateDigest Drop(StateDigest digest, ReadOnlySpan<byte> collection)
    {
        foreach (var index in _indexes)
        {
            digest = digest.WithoutIndex(collection, index.State);
            index.Clear();
        }
        _indexes.Clear();
        return digest;
    }

    /// <summary>Makes all entries anew from the records.</summary>
    /// <param name="records">Of the collection.</param>
    /// <param name="rebuilt">Called behind each index.</param>
    public void Rebuild(OrderedIndexBuilder records, Action rebuilt)
    {
        foreach (var index in _indexes)
        {
            index.Rebuild(records, _after ??= new());
            rebuilt();
        }
    }

    /// <summary>A version was ended: what is in it is not changed any more.</summary>
    public void BeginVersion()
    {
        foreach (var index in _indexes) index.BeginVersion();
    }

    /// <summary>The indexes as they are now; later changes do not touch them.</summary>
    public ImmutableArray<SecondaryIndex> Freeze() => IsEmpty ? [] : [.. _indexes.Select(index => index.Freeze())];
}
