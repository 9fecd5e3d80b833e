namespace Replication.Core.Records;

/// <summary>Walks an index in key order.</summary>
public struct OrderedIndexCursor
{
    private const int MaxDepth = 12; // 16 records in the least filled leaf and branch: far beyond what memory holds

    private readonly (IndexNode Node, int Next)[] _path;
    private int _depth;

    internal OrderedIndexCursor(IndexNode? root, ReadOnlySpan<byte> key)
    {
        _path = new (IndexNode, int)[MaxDepth];
        _depth = 0;
        Current = null!;
        if (root is null) return;
        var node = root;
        while (!node.IsLeaf)
        {
            var child = node.ChildFor(key);
            _path[_depth++] = (node, child + 1);
            node = node.ChildAt(child);
        }
        _path[_depth++] = (node, node.LowerBound(key, out _));
    }

    /// <summary>The record that the last move came to.</summary>
    public Record Current { get; private set; }

    /// <summary>Moves to the next record; false at the end.</summary>
    public bool MoveNext()
    {
        while (_depth > 0)
        {
            ref var top = ref _path[_depth - 1];
            if (top.Next == top.Node.Count)
            {
                _depth--;
                continue;
            }
            var position = top.Next++;
            if (top.Node.IsLeaf)
            {
                Current = top.Node.RecordAt(position);
                return true;
            }
            _path[_depth++] = (top.Node.ChildAt(position), 0);
        }
        return false;
    }
}
