using System.Runtime.Intrinsics.X86;

namespace Replication.Core.Records.Index;

/// <summary>
/// Brings the memory that the changing of some keys will touch into the processor's cache, for all of them together: a change
/// that waits for one piece of memory after the other takes several times as long. A hint: it changes nothing. For the writer.
/// </summary>
internal sealed unsafe class KeyPrefetch
{
    private const int AtOnce = 32; // what they touch, a leaf and a record each, still fits into the nearest cache
    private const int LineBytes = 64;
    private const int RecordLines = 3;

    private readonly (OrderedIndexBuilder Records, ReadOnlyMemory<byte> Key)[] _keys = new (OrderedIndexBuilder, ReadOnlyMemory<byte>)[AtOnce];
    private readonly IndexNode[] _nodes = new IndexNode[AtOnce];
    private readonly int[] _depths = new int[AtOnce];
    private readonly ulong[] _hashes = new ulong[AtOnce];
    private int _count;

    /// <summary>A key that will be put or removed soon.</summary>
    public void Add(OrderedIndexBuilder records, ReadOnlyMemory<byte> key)
    {
        _keys[_count++] = (records, key);
        if (_count == AtOnce) Fetch();
    }

    /// <summary>Fetches for the keys added since the last time.</summary>
    public void Fetch()
    {
        if (_count > 1 && Sse.IsSupported) FetchKnown();
        Array.Clear(_keys, 0, _count);
        _count = 0;
    }

    private void FetchKnown()
    {
        var deepest = 0;
        for (var i = 0; i < _count; i++)
        {
            var (records, key) = _keys[i];
            _depths[i] = i > 0 && records == _keys[i - 1].Records ? _depths[i - 1] : records.Depth;
            deepest = Math.Max(deepest, _depths[i]);
            _nodes[i] = records.Root;
            _hashes[i] = KeyHash.Of(key.Span);
            records.Hash?.PrefetchPlace(_hashes[i]);
        }
        for (var level = 1; level <= deepest; level++)
            for (var i = 0; i < _count; i++)
                if (level <= _depths[i])
                    Descend(i, isLeaf: level == _depths[i]);
        for (var i = 0; i < _count; i++) _keys[i].Records.Hash?.PrefetchRecord(_hashes[i], RecordLines);
    }

    // A leaf will be copied, a branch only searched.
    private void Descend(int i, bool isLeaf)
    {
        var parent = _nodes[i];
        var node = _nodes[i] = new IndexNode(parent.Children[parent.ChildFor(_keys[i].Key.Span)]);
        var bytes = isLeaf ? IndexNode.LeafBytes : IndexNode.SearchedBytes;
        for (var offset = 0; offset < bytes; offset += LineBytes) Sse.Prefetch0((byte*)node.Address + offset);
    }
}
