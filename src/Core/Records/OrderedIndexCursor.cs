using System.Runtime.CompilerServices;
using Replication.Core.IO;
using Replication.Core.Records.Index;

namespace Replication.Core.Records;

/// <summary>Walks an index in key order, as long as what the index was found through is not disposed of.</summary>
public struct OrderedIndexCursor
{
    private const int MaxDepth = 12; // 16 items in the least filled node: far beyond what memory holds

    private Path _path;
    private int _depth;
    private nint _current;

    internal OrderedIndexCursor(IndexNode root, ReadOnlySpan<byte> key)
    {
        if (!root.Exists) return;
        var node = root;
        while (!node.IsLeaf)
        {
            var child = node.ChildFor(key);
            _path[_depth++] = new Step(node, child + 1);
            node = new IndexNode(node.Children[child]);
        }
        _path[_depth++] = new Step(node, node.LowerBound(key, out _));
    }

    /// <summary>The record that the last move came to.</summary>
    public readonly Record Current => new(_current);

    /// <summary>Moves to the next record; false at the end.</summary>
    [MethodImpl(Jit.AtOnce)]
    public bool MoveNext()
    {
        while (_depth > 0)
        {
            ref var top = ref _path[_depth - 1];
            var (node, next) = (top.Node, top.Next);
            if (next == (node.IsLeaf ? node.Count : node.Count + 1))
            {
                _depth--;
                continue;
            }
            top = new Step(node, next + 1);
            if (node.IsLeaf)
            {
                _current = node.Items[next];
                return true;
            }
            _path[_depth++] = new Step(new IndexNode(node.Children[next]), 0);
        }
        return false;
    }

    private readonly record struct Step(IndexNode Node, int Next);

    [InlineArray(MaxDepth)]
    private struct Path
    {
        private Step _first;
    }
}
