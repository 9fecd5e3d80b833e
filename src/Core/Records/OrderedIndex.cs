using Replication.Core.Records.Index;

namespace Replication.Core.Records;

/// <summary>
/// Records in key order as an immutable B+ tree. A change copies the nodes on its way, so that whoever holds an older
/// tree still sees it whole; the nodes of one batch of changes are copied once (<see cref="OrderedIndexBuilder"/>).
/// </summary>
public readonly struct OrderedIndex
{
    private readonly HashIndex? _hash;
    private readonly long _upTo;

    internal OrderedIndex(IndexNode root, long count, HashIndex? hash, long upTo)
    {
        Root = root;
        Count = count;
        _hash = hash;
        _upTo = upTo;
    }

    /// <summary>Records in it.</summary>
    public long Count { get; }

    internal IndexNode Root { get; }

    internal HashIndex? Hash => _hash;

    /// <summary>The record of a key, if there is one.</summary>
    public Record Find(ReadOnlySpan<byte> key)
    {
        if (_hash is not null && _hash.Find(key, _upTo) is { Exists: true } record) return record;
        return Find(Root, key);
    }

    /// <summary>Records in key order, from the first key at or behind the given one.</summary>
    public OrderedIndexCursor From(ReadOnlySpan<byte> key) => new(Root, key);

    internal static Record Find(IndexNode node, ReadOnlySpan<byte> key)
    {
        if (!node.Exists) return default;
        while (!node.IsLeaf) node = new IndexNode(node.Children[node.ChildFor(key)]);
        var position = node.LowerBound(key, out var found);
        return found ? new Record(node.Items[position]) : default;
    }
}
