using Replication.Core.Records;

namespace Replication.Core.Tests.Records;

/// <summary>What must hold for every tree: same depth of all leaves, no empty node, every key where a search looks for it.</summary>
internal static class IndexInvariants
{
    public static void Check(OrderedIndex index)
    {
        if (index.Root is not { } root)
        {
            Assert.Equal(0, index.Count);
            return;
        }
        Assert.True(root.IsLeaf || root.Count >= 2, "a root that is a branch has at least two children");
        var keys = new List<byte[]>();
        Walk(root, keys);
        Assert.Equal(index.Count, keys.Count);
        for (var i = 1; i < keys.Count; i++)
            Assert.True(keys[i - 1].AsSpan().SequenceCompareTo(keys[i]) < 0, "keys ascend");
    }

    /// <summary>Nodes of a tree.</summary>
    public static IEnumerable<IndexNode> Nodes(OrderedIndex index) => index.Root is { } root ? Nodes(root) : [];

    /// <summary>Nodes on the way from the root to a leaf.</summary>
    public static int Depth(OrderedIndex index)
    {
        var depth = 0;
        for (var node = index.Root; node is not null; node = node.IsLeaf ? null : node.ChildAt(0)) depth++;
        return depth;
    }

    private static IEnumerable<IndexNode> Nodes(IndexNode node) =>
        node.IsLeaf ? [node] : Enumerable.Range(0, node.Count).SelectMany(child => Nodes(node.ChildAt(child))).Prepend(node);

    private static int Walk(IndexNode node, List<byte[]> keys)
    {
        Assert.InRange(node.Count, 1, IndexNode.Capacity);
        if (node.IsLeaf)
        {
            for (var i = 0; i < node.Count; i++) keys.Add(node.RecordAt(i).Key.ToArray());
            return 1;
        }
        var depth = 0;
        for (var child = 0; child < node.Count; child++)
        {
            var from = keys.Count;
            var below = Walk(node.ChildAt(child), keys);
            Assert.True(depth == 0 || depth == below, "all leaves have one depth");
            depth = below;
            foreach (var key in keys.Skip(from)) Assert.Equal(child, node.ChildFor(key));
        }
        return depth + 1;
    }
}
