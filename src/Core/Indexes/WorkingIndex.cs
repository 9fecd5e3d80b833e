using System.Buffers;
using Replication.Core.Payloads;
using Replication.Core.Records;
using Replication.Core.Records.Memory;

namespace Replication.Core.Indexes;

/// <summary>An index that is being changed. For one thread.</summary>
internal sealed class WorkingIndex
{
    private readonly ArrayBufferWriter<byte> _entry = new();
    private readonly IndexEntriesBuilder _entries;
    private long _covered;

    public WorkingIndex(RecordMemory memory, SecondaryIndex index)
    {
        State = index.State;
        _entries = new IndexEntriesBuilder(memory, index.Entries);
        _covered = index.Covered;
    }

    public IndexState State { get; private set; }

    public IndexDefinition Definition => State.Definition;

    /// <summary>Where its entries are, for moving them.</summary>
    public OrderedIndexBuilder Tree => _entries.Tree;

    /// <summary>A record was put, replaced or removed.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="before">What it was; nothing when there was none.</param>
    /// <param name="after">What it is; nothing when there is none.</param>
    /// <param name="index">Of the entry of the log.</param>
    public void Change(ReadOnlySpan<byte> key, IndexedValues before, IndexedValues after, long index)
    {
        for (var i = 0; i < before.Count; i++)
            if (!after.Contains(before[i]))
                _entries.Remove(Entry(before[i], key));
        for (var i = 0; i < after.Count; i++)
            if (!before.Contains(after[i]))
                _entries.Add(Entry(after[i], key), index);
    }

    /// <summary>The key of a record that has a value; nothing when none has, or only one with the given key.</summary>
    public ReadOnlySpan<byte> HolderOf(ReadOnlySpan<byte> value, ReadOnlySpan<byte> besides)
    {
        var cursor = _entries.From(value);
        while (cursor.MoveNext() && cursor.Current.StartsWith(value))
            if (!cursor.Key.SequenceEqual(besides))
                return cursor.Key;
        return default;
    }

    /// <summary>Takes a step of the building.</summary>
    /// <param name="upTo">The last key that it covers.</param>
    /// <param name="step">The step.</param>
    /// <param name="index">Of the entry of the log.</param>
    /// <param name="records">Of the collection.</param>
    /// <param name="values">To read documents with.</param>
    /// <exception cref="MalformedPayloadException">The index is not being built.</exception>
    public void Take(ReadOnlySpan<byte> upTo, IndexStep step, long index, OrderedIndexBuilder records, IndexedValues values)
    {
        var next = step.Failure.Length > 0 ? IndexPhase.Failed : step.IsLast ? IndexPhase.Ready : IndexPhase.Building;
        if (!State.Phase.CanMoveTo(next) || upTo.SequenceCompareTo(State.BuiltUpTo.Span) < 0)
            throw new MalformedPayloadException($"index '{Definition.Name}' is {State.Phase}, and a step builds it");
        if (next == IndexPhase.Failed)
        {
            Clear();
        }
        else
        {
            for (var cursor = IndexBuilding.Behind(records, State.BuiltUpTo.Span); cursor.MoveNext() && (step.IsLast || cursor.Current.Key.SequenceCompareTo(upTo) <= 0);)
                Add(cursor.Current.Key, cursor.Current.Value, index, values);
        }
        State = State with { Phase = next, BuiltUpTo = next == IndexPhase.Building ? upTo.ToArray() : ReadOnlyMemory<byte>.Empty, Failure = step.Failure };
    }

    /// <summary>Makes the entries anew from the records.</summary>
    public void Rebuild(OrderedIndexBuilder records, IndexedValues values)
    {
        var entries = new List<byte[]>();
        Clear();
        for (var cursor = records.From([]); cursor.MoveNext() && State.Covers(cursor.Current.Key); _covered++)
        {
            values.Read(Definition.Path, cursor.Current.Value);
            for (var i = 0; i < values.Count; i++) entries.Add(Entry(values[i], cursor.Current.Key).ToArray());
        }
        entries.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        foreach (var entry in entries) _entries.Append(entry, index: 0);
    }

    /// <summary>Removes all entries.</summary>
    public void Clear()
    {
        _entries.Clear();
        _covered = 0;
    }

    /// <summary>A version was ended: what is in it is not changed any more.</summary>
    public void BeginVersion() => _entries.BeginVersion();

    public SecondaryIndex Freeze() => new(State, _entries.Entries, _covered);

    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> document, long index, IndexedValues values)
    {
        values.Read(Definition.Path, document);
        for (var i = 0; i < values.Count; i++) _entries.Add(Entry(values[i], key), index);
        _covered++;
    }

    private ReadOnlySpan<byte> Entry(ReadOnlySpan<byte> value, ReadOnlySpan<byte> key)
    {
        _entry.ResetWrittenCount();
        _entry.Write(value);
        _entry.Write(key);
        return _entry.WrittenSpan;
    }
}
