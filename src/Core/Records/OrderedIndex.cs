using Replication.Core.Records.Index;
using Replication.Core.Records.Memory;

namespace Replication.Core.Records;

/// <summary>
/// Records in key order as an immutable B+ tree. A change copies the nodes on its way, so that whoever holds an older
/// tree still sees it whole; the nodes of one batch of changes are copied once (<see cref="OrderedIndexBuilder"/>).
/// </summary>
public readonly struct OrderedIndex
{
    private const int PrefetchedAtOnce = 64;

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

    /// <summary>
    /// Brings the records of some keys into the processor's cache, all at once: finding each afterwards does not wait for memory.
    /// Some dozen keys at a time; within the same view or guard as the finding.
    /// </summary>
    public void Prefetch(ReadOnlySpan<ReadOnlyMemory<byte>> keys)
    {
        if (_hash is null) return;
        var reading = ReaderEpochs.Own;
        reading.Enter();
        Span<ulong> hashes = stackalloc ulong[Math.Min(keys.Length, PrefetchedAtOnce)];
        for (var first = 0; first < keys.Length; first += PrefetchedAtOnce)
        {
            var some = keys.Slice(first, Math.Min(PrefetchedAtOnce, keys.Length - first));
            for (var i = 0; i < some.Length; i++) _hash.PrefetchPlace(hashes[i] = KeyHash.Of(some[i].Span));
            for (var i = 0; i < some.Length; i++) _hash.PrefetchRecord(hashes[i]);
        }
        reading.Leave();
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
