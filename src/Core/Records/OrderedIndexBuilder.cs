namespace Replication.Core.Records;

/// <summary>Changes an <see cref="OrderedIndex"/>: nodes made here are changed in place until the next <see cref="Freeze"/>.</summary>
public sealed class OrderedIndexBuilder
{
    private IndexNode? _root;
    private long _count;
    private object _owner = new();
    private IndexNode? _lastLeaf; // the rightmost one, known from an append and until any other change

    /// <summary>Begins with the records of an index, which itself does not change.</summary>
    public OrderedIndexBuilder(OrderedIndex index)
    {
        _root = index.Root;
        _count = index.Count;
    }

    /// <summary>Records in it now.</summary>
    public long Count => _count;

    /// <summary>The record of a key; null when there is none.</summary>
    public Record? Find(ReadOnlySpan<byte> key) => IndexNode.Find(_root, key);

    /// <summary>Records in key order, from the first key at or behind the given one. Valid until the next change.</summary>
    public OrderedIndexCursor From(ReadOnlySpan<byte> key) => new(_root, key);

    /// <summary>Inserts a record, or replaces the one of its key.</summary>
    /// <returns>The replaced one; null when there was none.</returns>
    public Record? Put(Record record)
    {
        _lastLeaf = null;
        if (_root is null)
        {
            _root = IndexNode.NewLeaf(_owner, record);
            _count = 1;
            return null;
        }
        _root = _root.For(_owner);
        var right = _root.Put(_owner, record, out var replaced);
        if (right is not null) _root = IndexNode.NewRoot(_owner, _root, right);
        if (replaced is null) _count++;
        return replaced;
    }

    /// <summary>Inserts a record whose key is above every other one: for records that come in order, without a search.</summary>
    /// <returns>Whether it was; otherwise nothing has changed.</returns>
    public bool TryAppend(Record record)
    {
        if (_lastLeaf is { } known && known.TryAppend(_owner, record))
        {
            _count++;
            return true;
        }
        if (_root is not null && record.Key.SequenceCompareTo(_root.LastLeaf().LastKey) <= 0) return false;
        Put(record);
        _lastLeaf = _root!.LastLeaf();
        return true;
    }

    /// <summary>Removes the record of a key.</summary>
    /// <returns>The removed one; null when there was none.</returns>
    public Record? Remove(ReadOnlySpan<byte> key)
    {
        _lastLeaf = null;
        var record = Find(key);
        if (record is null) return null;
        _root = _root!.For(_owner);
        _root.Remove(_owner, key);
        while (_root is { IsLeaf: false, Count: 1 }) _root = _root.ChildAt(0);
        if (_root.Count == 0) _root = null;
        _count--;
        return record;
    }

    /// <summary>The index as it is now; later changes do not touch it.</summary>
    public OrderedIndex Freeze()
    {
        _owner = new object();
        _lastLeaf = null;
        return new OrderedIndex(_root, _count);
    }
}
