namespace Replication.Core.Records;

/// <summary>
/// Records in key order as an immutable B+ tree. A change copies the nodes on its way, so that whoever holds an older
/// tree still sees it whole; the nodes of one batch of changes are copied once (<see cref="OrderedIndexBuilder"/>).
/// </summary>
public sealed class OrderedIndex
{
    internal OrderedIndex(IndexNode? root, long count)
    {
        Root = root;
        Count = count;
    }

    /// <summary>No records.</summary>
    public static OrderedIndex Empty { get; } = new(null, 0);

    /// <summary>Records in it.</summary>
    public long Count { get; }

    internal IndexNode? Root { get; }

    /// <summary>The record of a key; null when there is none.</summary>
    public Record? Find(ReadOnlySpan<byte> key) => IndexNode.Find(Root, key);

    /// <summary>Records in key order, from the first key at or behind the given one.</summary>
    public OrderedIndexCursor From(ReadOnlySpan<byte> key) => new(Root, key);
}
