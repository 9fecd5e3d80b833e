using Replication.Core.Records;
using Replication.Core.Records.Index;

namespace Replication.Core.Tests.Records.Index;

/// <summary>What must hold for every tree: same depth of all leaves, no empty node, every key where a search looks for it, right heads.</summary>
internal static class IndexInvariants
{
    public static void Check(OrderedIndex index)
    {
        if (!index.Root.Exists)
        {
            Assert.Equal(0, index.Count);
            return;
        }
        Assert.True(index.Root.Count >= 1, "a root that is a branch has at least two children");
        var keys = new List<byte[]>();
        Walk(index.Root, keys);
        Assert.Equal(index.Count, keys.Count);
        for (var i = 1; i < keys.Count; i++)
            Assert.True(keys[i - 1].AsSpan().SequenceCompareTo(keys[i]) < 0, "keys ascend");
    }

    /// <summary>Nodes of a tree.</summary>
    public static List<IndexNode> Nodes(OrderedIndex index) => index.Root.Exists ? Nodes(index.Root) : [];

    /// <summary>Nodes on the way from the root to a leaf.</summary>
    public static int Depth(OrderedIndex index)
    {
        if (!index.Root.Exists) return 0;
        var depth = 1;
        for (var node = index.Root; !node.IsLeaf; node = new IndexNode(node.Children[0])) depth++;
        return depth;
    }

    private static List<IndexNode> Nodes(IndexNode node)
    {
        var nodes = new List<IndexNode> { node };
        for (var child = 0; !node.IsLeaf && child <= node.Count; child++) nodes.AddRange(Nodes(new IndexNode(node.Children[child])));
        return nodes;
    }

    private static int Walk(IndexNode node, List<byte[]> keys)
    {
        Assert.InRange(node.Count, node.IsLeaf ? 1 : 0, IndexNode.Capacity);
        for (var i = 0; i < node.Count; i++)
        {
            Assert.True(node.KeyAt(i).CommonPrefixLength(node.KeyAt(0)) >= node.Skip, "all keys share what is skipped");
            Assert.Equal(IndexNode.HeadOf(node.KeyAt(i), node.Skip), node.Heads[i]);
        }
        if (node.IsLeaf)
        {
            for (var i = 0; i < node.Count; i++) keys.Add(node.KeyAt(i).ToArray());
            return 1;
        }
        var depth = 0;
        for (var child = 0; child <= node.Count; child++)
        {
            var from = keys.Count;
            var below = Walk(new IndexNode(node.Children[child]), keys);
            Assert.True(depth == 0 || depth == below, "all leaves have one depth");
            depth = below;
            foreach (var key in keys.Skip(from)) Assert.Equal(child, node.ChildFor(key));
        }
        return depth + 1;
    }
}
