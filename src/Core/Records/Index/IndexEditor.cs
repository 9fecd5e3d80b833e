using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Replication.Core.IO;
using Replication.Core.Records.Memory;

namespace Replication.Core.Records.Index;

/// <summary>
/// Changes the nodes of one version: inserts and removes items, splits and merges, and keeps the heads right. It changes
/// only nodes that were made for the version being built.
/// </summary>
internal readonly struct IndexEditor(RecordMemory memory)
{
    /// <summary>An empty node.</summary>
    public IndexNode New(bool isLeaf)
    {
        var node = new IndexNode(memory.Allocate(isLeaf ? IndexNode.LeafBytes : IndexNode.BranchBytes));
        node.Initialize(memory.Building, isLeaf);
        return node;
    }

    /// <summary>The node when it may be changed, otherwise a copy that may, in place of it.</summary>
    public IndexNode Own(IndexNode node)
    {
        return node.Version == memory.Building ? node : Copy(node);
    }

    /// <summary>A copy of a node, in place of it.</summary>
    public IndexNode Copy(IndexNode node)
    {
        var copy = new IndexNode(memory.Allocate(node.IsLeaf ? IndexNode.LeafBytes : IndexNode.BranchBytes));
        copy.CopyFrom(node, memory.Building);
        memory.Retire(node.Address, BlockKind.Node);
        return copy;
    }

    /// <summary>Inserts an item into a node that has room.</summary>
    /// <param name="node">A leaf or a branch.</param>
    /// <param name="position">Of the item.</param>
    /// <param name="item">The record or separator.</param>
    /// <param name="child">In a branch: the child behind the separator.</param>
    [MethodImpl(Jit.AtOnce)]
    public static void Insert(IndexNode node, int position, nint item, IndexNode child = default)
    {
        var count = node.Count;
        var key = Record.KeyOf(item);
        if (count == 0) node.Skip = key.Length;
        else Shorten(node, key);
        MoveUp(node.Heads, position, count);
        MoveUp(node.Items, position, count);
        node.Heads[position] = IndexNode.HeadOf(key, node.Skip);
        node.Items[position] = item;
        if (!node.IsLeaf)
        {
            MoveUp(node.Children, position + 1, count + 1);
            node.Children[position + 1] = child.Address;
        }
        node.Count = count + 1;
    }

    /// <summary>Removes an item and, in a branch, the child before or behind it. The item itself is not retired.</summary>
    /// <param name="node">A leaf or a branch.</param>
    /// <param name="position">Of the item.</param>
    /// <param name="childBehind">Whether the child behind it goes; otherwise the one before it.</param>
    public static void Remove(IndexNode node, int position, bool childBehind = true)
    {
        var count = node.Count;
        node.Heads[(position + 1)..count].CopyTo(node.Heads[position..]);
        node.Items[(position + 1)..count].CopyTo(node.Items[position..]);
        if (!node.IsLeaf)
        {
            var child = childBehind ? position + 1 : position;
            node.Children[(child + 1)..(count + 1)].CopyTo(node.Children[child..]);
        }
        node.Count = count - 1;
    }

    /// <summary>Moves the items of a full leaf from a position on into a new one.</summary>
    [MethodImpl(Jit.AtOnce)]
    public IndexNode SplitLeaf(IndexNode leaf, int keep)
    {
        var right = New(isLeaf: true);
        right.Count = leaf.Count - keep;
        leaf.Items[keep..leaf.Count].CopyTo(right.Items);
        leaf.Count = keep;
        Refresh(leaf);
        Refresh(right);
        return right;
    }

    /// <summary>Moves what stands behind a separator of a full branch into a new one.</summary>
    /// <returns>The new branch, and the separator, which stands in neither.</returns>
    public (IndexNode Right, nint Separator) SplitBranch(IndexNode branch, int middle)
    {
        var right = New(isLeaf: false);
        var separator = branch.Items[middle];
        right.Count = branch.Count - middle - 1;
        branch.Items[(middle + 1)..branch.Count].CopyTo(right.Items);
        branch.Children[(middle + 1)..(branch.Count + 1)].CopyTo(right.Children);
        branch.Count = middle;
        Refresh(branch);
        Refresh(right);
        return (right, separator);
    }

    /// <summary>Adds everything in a node to its left neighbour, which has room, and retires it.</summary>
    /// <param name="left">Is changed.</param>
    /// <param name="separator">Between them; becomes part of a branch, is retired between leaves.</param>
    /// <param name="right">Its right neighbour.</param>
    public void Merge(IndexNode left, nint separator, IndexNode right)
    {
        var count = left.Count;
        if (left.IsLeaf)
        {
            memory.Retire(separator, BlockKind.Separator);
        }
        else
        {
            left.Items[count++] = separator;
            right.Children[..(right.Count + 1)].CopyTo(left.Children[count..]);
        }
        right.Items[..right.Count].CopyTo(left.Items[count..]);
        left.Count = count + right.Count;
        Refresh(left);
        memory.Retire(right.Address, BlockKind.Node);
    }

    /// <summary>A key, as short as possible, that is above the last key of a leaf and not above the first of its neighbour.</summary>
    public nint Separator(ReadOnlySpan<byte> last, ReadOnlySpan<byte> first) =>
        Record.Write(memory, first[..(last.CommonPrefixLength(first) + 1)], [], memory.Building);

    // The head of each key that shares fewer leading bytes now: those bytes, which are the same in all keys, then what stood first in it.
    [MethodImpl(Jit.AtOnce)]
    private static void Shorten(IndexNode node, ReadOnlySpan<byte> key)
    {
        var old = node.KeyAt(0);
        var skip = node.Skip;
        var common = old[..skip].CommonPrefixLength(key);
        if (common == skip) return;
        node.Skip = common;
        var moved = skip - common;
        var heads = node.Heads[..node.Count];
        if (moved >= sizeof(uint))
        {
            heads.Fill(BinaryPrimitives.ReadUInt32BigEndian(old[common..]));
            return;
        }
        var lead = 0u;
        for (var i = 0; i < moved; i++) lead |= (uint)old[common + i] << (8 * (sizeof(uint) - 1 - i));
        foreach (ref var head in heads) head = lead | (head >> (8 * moved));
    }

    // As many leading bytes as the keys share, and the heads behind them.
    private static void Refresh(IndexNode node)
    {
        var count = node.Count;
        if (count == 0) return;
        node.Skip = node.KeyAt(0).CommonPrefixLength(node.KeyAt(count - 1));
        var heads = node.Heads;
        for (var i = 0; i < count; i++) heads[i] = IndexNode.HeadOf(node.KeyAt(i), node.Skip);
    }

    private static void MoveUp<T>(Span<T> items, int from, int count) => items[from..count].CopyTo(items[(from + 1)..]);
}
