using System.Runtime.CompilerServices;
using Replication.Core.IO;
using Replication.Core.Records.Index;
using Replication.Core.Records.Memory;

namespace Replication.Core.Records;

/// <summary>Changes an <see cref="OrderedIndex"/>: nodes made here are changed in place until the next version is begun.</summary>
internal sealed class OrderedIndexBuilder
{
    // Fewer records are found as fast in the tree, which fits into the cache.
    private const int HashFrom = 4096;
    private const int FillStep = 4096;
    private const int MaxSlotsOfRecord = 8; // with more, most of its memory is of records that are gone
    private const int MergeBelow = IndexNode.Capacity / 4;

    private readonly RecordMemory _memory;
    private readonly IndexEditor _editor;
    private readonly bool _isHashed;
    private HashIndex? _hash;
    private IndexNode _root;
    private bool _isLoading;
    private IndexNode _last; // the rightmost leaf, known from an append and until any other change

    /// <summary>Begins with the records of an index, which itself does not change.</summary>
    /// <param name="memory">Of the index.</param>
    /// <param name="index">Where to begin.</param>
    /// <param name="isHashed">Whether many records are also found by a hash; otherwise only in their order.</param>
    public OrderedIndexBuilder(RecordMemory memory, OrderedIndex index, bool isHashed = true)
    {
        _isHashed = isHashed;
        (_memory, _editor) = (memory, new IndexEditor(memory));
        (_root, Count) = (index.Root, index.Count);
        _hash = index.Hash is { IsUsable: true } ? index.Hash : null;
    }

    /// <summary>Records in it now.</summary>
    public long Count { get; private set; }

    /// <summary>Levels of branches above the leaves; 0 when it is empty, too.</summary>
    public int Depth
    {
        get
        {
            var depth = 0;
            for (var node = _root; node is { Exists: true, IsLeaf: false }; node = new IndexNode(node.Children[0])) depth++;
            return depth;
        }
    }

    internal IndexNode Root => _root;

    internal HashIndex? Hash => _hash;

    /// <summary>The index as it is now; what is changed in later versions does not touch it.</summary>
    /// <param name="upTo">Index of the last entry that is in it.</param>
    public OrderedIndex IndexUpTo(long upTo) => new(_root, Count, _hash, upTo);

    /// <summary>The record of a key, if there is one.</summary>
    public Record Find(ReadOnlySpan<byte> key) => IndexUpTo(long.MaxValue).Find(key);

    /// <summary>Records in key order, from the first key at or behind the given one. Valid until the next change.</summary>
    public OrderedIndexCursor From(ReadOnlySpan<byte> key) => new(_root, key);

    /// <summary>Inserts a record, or replaces the one of its key.</summary>
    /// <param name="key">1 to 65,535 bytes; of a record at most 1,024.</param>
    /// <param name="value">Its bytes.</param>
    /// <param name="index">Of the entry that writes it.</param>
    /// <param name="replaced">The one it replaces, if there was one; readable until the next version is begun.</param>
    /// <returns>The new one.</returns>
    public Record Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index, out Record replaced)
    {
        _last = default;
        var record = Record.Write(_memory, key, value, index);
        _root = _root.Exists ? _editor.Own(_root) : _editor.New(isLeaf: true);
        var split = Put(_root, record, out var old);
        if (split.Right.Exists) _root = Above(_root, split);
        if (old == 0) Count++;
        else _memory.Retire(old, BlockKind.Record);
        _hash?.Put(KeyHash.Of(key), record, old);
        replaced = new Record(old);
        return new Record(record);
    }

    /// <summary>Inserts a record whose key is above every other one: for records that come in order, without a search.</summary>
    /// <returns>Whether it was; otherwise nothing has changed.</returns>
    [MethodImpl(Jit.AtOnce)]
    public bool TryAppend(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index)
    {
        if (!_last.Exists && _root.Exists && key.SequenceCompareTo(LastLeaf().LastKey) <= 0) return false;
        if (!_last.Exists || _last.Count == IndexNode.Capacity)
        {
            if (_last.Exists && key.SequenceCompareTo(_last.LastKey) <= 0) return false;
            Put(key, value, index, out _);
            _last = LastLeaf();
            return true;
        }
        if (key.SequenceCompareTo(_last.LastKey) <= 0) return false;
        var record = Record.Write(_memory, key, value, index);
        IndexEditor.Insert(_last, _last.Count, record);
        _hash?.Put(KeyHash.Of(key), record, 0);
        Count++;
        return true;
    }

    /// <summary>Removes the record of a key.</summary>
    /// <returns>The removed one, if there was one; readable until the next version is begun.</returns>
    public Record Remove(ReadOnlySpan<byte> key)
    {
        _last = default;
        var record = Find(key);
        if (!record.Exists) return default;
        _root = _editor.Own(_root);
        if (Remove(_root, key))
        {
            _memory.Retire(_root.Address, BlockKind.Node);
            _root = default;
        }
        while (_root is { Exists: true, IsLeaf: false, Count: 0 })
        {
            var only = new IndexNode(_root.Children[0]);
            _memory.Retire(_root.Address, BlockKind.Node);
            _root = only;
        }
        _hash?.Remove(KeyHash.Of(key), record.Address);
        _memory.Retire(record.Address, BlockKind.Record);
        Count--;
        return record;
    }

    /// <summary>Removes everything. What is removed is readable until the next version is begun.</summary>
    public void Clear()
    {
        _hash?.Drop();
        _memory.RetireIndex(_root);
        (_hash, _root, _last, Count) = (null, default, default, 0);
    }

    /// <summary>Records come that nobody finds by their hash before <see cref="EndLoad"/>, which makes it of all of them.</summary>
    public void BeginLoad() => _isLoading = true;

    /// <summary>Ends what <see cref="BeginLoad"/> began.</summary>
    public void EndLoad()
    {
        _isLoading = false;
        if (_isHashed && _hash is null && Count >= HashFrom) _hash = HashIndex.Of(_memory, From([]), Count);
    }

    /// <summary>Moves what stands in pages that are being emptied, a leaf at a time.</summary>
    /// <param name="from">Empty to begin, then what the last call returned.</param>
    /// <returns>Where to go on; null at the end.</returns>
    public byte[]? MoveLeaf(ReadOnlySpan<byte> from)
    {
        _last = default;
        return _root.Exists ? new IndexMover(_memory, _editor, _hash).MoveLeaf(ref _root, from) : null;
    }

    /// <summary>A version was ended: its nodes are not changed any more.</summary>
    public void BeginVersion()
    {
        _last = default;
        if (_isLoading) return;
        if (_hash is not null && _hash.Slots > Count * MaxSlotsOfRecord)
        {
            _hash.Drop();
            _hash = null;
        }
        if (_isHashed && _hash is null && Count >= HashFrom) _hash = new HashIndex(_memory);
        if (_hash is { FilledTo: not null }) FillHash(_hash);
    }

    // Some records at a time, so that no commit waits for all of them.
    private void FillHash(HashIndex hash)
    {
        var cursor = From(hash.FilledTo);
        for (var i = 0; i < FillStep; i++)
        {
            if (!cursor.MoveNext())
            {
                hash.FilledTo = null;
                return;
            }
            hash.Add(KeyHash.Of(cursor.Current.Key), cursor.Current.Address);
        }
        hash.FilledTo = cursor.Current.Key.ToArray();
    }

    private IndexNode LastLeaf()
    {
        var node = _root;
        while (!node.IsLeaf) node = new IndexNode(node.Children[node.Count]);
        return node;
    }

    private IndexNode Above(IndexNode left, Split split)
    {
        var root = _editor.New(isLeaf: false);
        root.Children[0] = left.Address;
        IndexEditor.Insert(root, 0, split.Separator, split.Right);
        return root;
    }

    // The node is owned.
    [MethodImpl(Jit.AtOnce)]
    private Split Put(IndexNode node, nint record, out nint replaced)
    {
        var key = Record.KeyOf(record);
        if (node.IsLeaf)
        {
            var position = node.LowerBound(key, out var found);
            replaced = found ? node.Items[position] : 0;
            if (!found) return PutNew(node, position, record);
            node.Items[position] = record;
            return default;
        }
        var at = node.ChildFor(key);
        var split = Put(OwnChild(node, at), record, out replaced);
        return split.Right.Exists ? PutChild(node, at, split) : default;
    }

    // Keys that arrive in ascending order fill their nodes: a node that overflows at its end stays full.
    [MethodImpl(Jit.AtOnce)]
    private Split PutNew(IndexNode leaf, int position, nint record)
    {
        if (leaf.Count < IndexNode.Capacity)
        {
            IndexEditor.Insert(leaf, position, record);
            return default;
        }
        var keep = position == leaf.Count ? leaf.Count : leaf.Count / 2;
        var right = _editor.SplitLeaf(leaf, keep);
        if (position <= keep && keep < IndexNode.Capacity) IndexEditor.Insert(leaf, position, record);
        else IndexEditor.Insert(right, position - keep, record);
        return new Split(right, _editor.Separator(leaf.LastKey, right.KeyAt(0)));
    }

    private Split PutChild(IndexNode branch, int position, Split child)
    {
        if (branch.Count < IndexNode.Capacity)
        {
            IndexEditor.Insert(branch, position, child.Separator, child.Right);
            return default;
        }
        var middle = position == branch.Count ? branch.Count - 1 : branch.Count / 2;
        var (right, separator) = _editor.SplitBranch(branch, middle);
        if (position <= middle) IndexEditor.Insert(branch, position, child.Separator, child.Right);
        else IndexEditor.Insert(right, position - middle - 1, child.Separator, child.Right);
        return new Split(right, separator);
    }

    // Removes a key that is there from an owned node; true when nothing is left in it.
    private bool Remove(IndexNode node, ReadOnlySpan<byte> key)
    {
        if (node.IsLeaf)
        {
            IndexEditor.Remove(node, node.LowerBound(key, out _));
            return node.Count == 0;
        }
        var at = node.ChildFor(key);
        var child = OwnChild(node, at);
        if (Remove(child, key)) return RemoveChild(node, at);
        if (child.Count < MergeBelow) MergeChild(node, at);
        return false;
    }

    private bool RemoveChild(IndexNode branch, int at)
    {
        _memory.Retire(branch.Children[at], BlockKind.Node);
        if (branch.Count == 0) return true;
        var separator = Math.Max(at - 1, 0);
        _memory.Retire(branch.Items[separator], BlockKind.Separator);
        IndexEditor.Remove(branch, separator, childBehind: at > 0);
        return false;
    }

    private void MergeChild(IndexNode branch, int at)
    {
        var left = Math.Max(at - 1, 0);
        if (left == branch.Count) return;
        var right = new IndexNode(branch.Children[left + 1]);
        if (new IndexNode(branch.Children[left]).Count + right.Count >= IndexNode.Capacity) return;
        _editor.Merge(OwnChild(branch, left), branch.Items[left], right);
        IndexEditor.Remove(branch, left);
    }

    private IndexNode OwnChild(IndexNode branch, int at)
    {
        var child = _editor.Own(new IndexNode(branch.Children[at]));
        branch.Children[at] = child.Address;
        return child;
    }

    /// <summary>What a node that overflowed gave to a new right neighbour.</summary>
    private readonly record struct Split(IndexNode Right, nint Separator);
}
