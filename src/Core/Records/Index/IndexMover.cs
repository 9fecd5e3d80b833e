using Replication.Core.Records.Memory;

namespace Replication.Core.Records.Index;

/// <summary>
/// Moves what stands in pages that are being emptied, one leaf after the other in key order, so that a walk through a whole
/// index leaves nothing of it there. The same version, nodes and records as any other change: older states keep the old ones.
/// </summary>
internal readonly struct IndexMover(RecordMemory memory, IndexEditor editor, HashIndex? hash)
{
    /// <summary>Moves one leaf, the records in it and the branches above it.</summary>
    /// <param name="root">Of the index; becomes the new one.</param>
    /// <param name="from">A key of the leaf.</param>
    /// <returns>A key of the next leaf; null when this is the last one.</returns>
    public byte[]? MoveLeaf(ref IndexNode root, ReadOnlySpan<byte> from)
    {
        byte[]? next = null;
        if (HasLeaving(root, from)) root = Move(root);
        var node = root;
        while (!node.IsLeaf)
        {
            var at = node.ChildFor(from);
            if (at < node.Count) next = node.KeyAt(at).ToArray();
            if (node.Version == memory.Building) MoveItems(node, BlockKind.Separator);
            var child = new IndexNode(node.Children[at]);
            if (HasLeaving(child, from))
            {
                child = Move(child);
                node.Children[at] = child.Address;
            }
            node = child;
        }
        if (node.Version == memory.Building) MoveItems(node, BlockKind.Record);
        return next;
    }

    // Whether the node, one of its items, or something on the way below it is to be moved.
    private static bool HasLeaving(IndexNode node, ReadOnlySpan<byte> key)
    {
        while (true)
        {
            if (RecordMemory.IsLeaving(node.Address)) return true;
            foreach (var item in node.Items[..node.Count])
                if (RecordMemory.IsLeaving(item))
                    return true;
            if (node.IsLeaf) return false;
            node = new IndexNode(node.Children[node.ChildFor(key)]);
        }
    }

    // A node of this version that stands in a page being emptied has to move like any other.
    private IndexNode Move(IndexNode node) => RecordMemory.IsLeaving(node.Address) ? editor.Copy(node) : editor.Own(node);

    private void MoveItems(IndexNode node, BlockKind kind)
    {
        foreach (ref var item in node.Items[..node.Count])
        {
            if (!RecordMemory.IsLeaving(item)) continue;
            var old = new Record(item);
            var moved = Record.Write(memory, old.Key, old.Value, old.Index);
            if (kind == BlockKind.Record) hash?.Put(KeyHash.Of(old.Key), moved, item);
            memory.Retire(item, kind);
            item = moved;
        }
    }
}
