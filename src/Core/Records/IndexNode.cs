namespace Replication.Core.Records;

/// <summary>
/// A node of <see cref="OrderedIndex"/>. A leaf holds records; a branch holds children and, beside each but the first,
/// a key that is above everything before the child and not above anything in it.
/// </summary>
internal sealed class IndexNode
{
    public const int Capacity = 64;
    private const int MergeBelow = Capacity / 4;

    private readonly object? _owner;
    private readonly Record[]? _records;
    private readonly IndexNode[]? _children;
    private readonly byte[][]? _keys;
    private int _count;

    private IndexNode(object? owner, bool leaf)
    {
        _owner = owner;
        if (leaf)
        {
            _records = new Record[Capacity];
        }
        else
        {
            _children = new IndexNode[Capacity];
            _keys = new byte[Capacity][];
        }
    }

    public bool IsLeaf => _records is not null;

    public int Count => _count;

    public Record RecordAt(int position) => _records![position];

    public IndexNode ChildAt(int position) => _children![position];

    public static Record? Find(IndexNode? node, ReadOnlySpan<byte> key)
    {
        if (node is null) return null;
        while (!node.IsLeaf) node = node._children![node.ChildFor(key)];
        var position = node.LowerBound(key, out var found);
        return found ? node._records![position] : null;
    }

    /// <summary>Position of the child that a key belongs into.</summary>
    public int ChildFor(ReadOnlySpan<byte> key)
    {
        var (low, high) = (1, _count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (key.SequenceCompareTo(_keys![middle]) < 0) high = middle;
            else low = middle + 1;
        }
        return low - 1;
    }

    /// <summary>Position in a leaf of the first record whose key is not below the given one.</summary>
    public int LowerBound(ReadOnlySpan<byte> key, out bool found)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var order = key.SequenceCompareTo(_records![middle].Key);
            if (order == 0)
            {
                found = true;
                return middle;
            }
            if (order < 0) high = middle;
            else low = middle + 1;
        }
        found = false;
        return low;
    }

    /// <summary>The key of a leaf's last record.</summary>
    public ReadOnlySpan<byte> LastKey => _records![_count - 1].Key;

    /// <summary>The leaf with the highest keys.</summary>
    public IndexNode LastLeaf()
    {
        var node = this;
        while (!node.IsLeaf) node = node._children![node._count - 1];
        return node;
    }

    /// <summary>Adds a record at the end of the last leaf, if that is the owner's, has room, and ends below it.</summary>
    public bool TryAppend(object owner, Record record)
    {
        if (!ReferenceEquals(_owner, owner) || _count == Capacity || record.Key.SequenceCompareTo(LastKey) <= 0) return false;
        _records![_count++] = record;
        return true;
    }

    public static IndexNode NewLeaf(object owner, Record record)
    {
        var leaf = new IndexNode(owner, leaf: true) { _count = 1 };
        leaf._records![0] = record;
        return leaf;
    }

    public static IndexNode NewRoot(object owner, IndexNode left, IndexNode right)
    {
        var root = new IndexNode(owner, leaf: false) { _count = 2 };
        root._children![0] = left;
        root._children[1] = right;
        root._keys![1] = right.FirstKey();
        return root;
    }

    /// <summary>This node when the owner may change it, otherwise a copy that it may.</summary>
    public IndexNode For(object owner)
    {
        if (ReferenceEquals(_owner, owner)) return this;
        var copy = new IndexNode(owner, IsLeaf) { _count = _count };
        if (IsLeaf)
        {
            Array.Copy(_records!, copy._records!, _count);
        }
        else
        {
            Array.Copy(_children!, copy._children!, _count);
            Array.Copy(_keys!, copy._keys!, _count);
        }
        return copy;
    }

    /// <summary>Inserts or replaces; the node is the owner's. Returns a new right neighbour when it had to be split.</summary>
    public IndexNode? Put(object owner, Record record, out Record? replaced)
    {
        if (IsLeaf)
        {
            var position = LowerBound(record.Key, out var found);
            replaced = found ? _records![position] : null;
            if (found)
            {
                _records![position] = record;
                return null;
            }
            return InsertRecord(owner, position, record);
        }
        var at = ChildFor(record.Key);
        var child = _children![at] = _children[at].For(owner);
        var right = child.Put(owner, record, out replaced);
        return right is null ? null : InsertChild(owner, at + 1, right);
    }

    /// <summary>Removes a key that is there; the node is the owner's.</summary>
    public void Remove(object owner, ReadOnlySpan<byte> key)
    {
        if (IsLeaf)
        {
            RemoveAt(LowerBound(key, out _));
            return;
        }
        var at = ChildFor(key);
        var child = _children![at] = _children[at].For(owner);
        child.Remove(owner, key);
        if (child._count == 0) RemoveAt(at);
        else if (child._count < MergeBelow) MergeChild(owner, at);
    }

    private IndexNode? InsertRecord(object owner, int position, Record record)
    {
        if (_count < Capacity)
        {
            Array.Copy(_records!, position, _records!, position + 1, _count - position);
            _records![position] = record;
            _count++;
            return null;
        }
        var right = SplitOff(owner, position);
        if (position <= _count && _count < Capacity) InsertRecord(owner, position, record);
        else right.InsertRecord(owner, position - _count, record);
        return right;
    }

    private IndexNode? InsertChild(object owner, int position, IndexNode child)
    {
        if (_count < Capacity)
        {
            Array.Copy(_children!, position, _children!, position + 1, _count - position);
            Array.Copy(_keys!, position, _keys!, position + 1, _count - position);
            _children![position] = child;
            _keys![position] = child.FirstKey();
            _count++;
            return null;
        }
        var right = SplitOff(owner, position);
        if (position <= _count && _count < Capacity) InsertChild(owner, position, child);
        else right.InsertChild(owner, position - _count, child);
        return right;
    }

    // Keys that arrive in ascending order fill their nodes: a node that overflows at its end stays nearly full.
    private IndexNode SplitOff(object owner, int position)
    {
        var keep = position == _count ? _count - 1 : _count / 2;
        var right = new IndexNode(owner, IsLeaf) { _count = _count - keep };
        if (IsLeaf)
        {
            Array.Copy(_records!, keep, right._records!, 0, right._count);
            Array.Clear(_records!, keep, right._count);
        }
        else
        {
            Array.Copy(_children!, keep, right._children!, 0, right._count);
            Array.Copy(_keys!, keep, right._keys!, 0, right._count);
            Array.Clear(_children!, keep, right._count);
            Array.Clear(_keys!, keep, right._count);
        }
        _count = keep;
        return right;
    }

    private void RemoveAt(int position)
    {
        _count--;
        if (IsLeaf)
        {
            Array.Copy(_records!, position + 1, _records!, position, _count - position);
            _records![_count] = null!;
            return;
        }
        Array.Copy(_children!, position + 1, _children!, position, _count - position);
        Array.Copy(_keys!, position + 1, _keys!, position, _count - position);
        _children![_count] = null!;
        _keys![_count] = null!;
    }

    private void MergeChild(object owner, int at)
    {
        var left = at > 0 ? at - 1 : at;
        if (left + 1 >= _count || _children![left]._count + _children[left + 1]._count > Capacity) return;
        var into = _children[left] = _children[left].For(owner);
        into.Absorb(_children[left + 1], _keys![left + 1]);
        RemoveAt(left + 1);
    }

    private void Absorb(IndexNode right, byte[] separator)
    {
        if (IsLeaf)
        {
            Array.Copy(right._records!, 0, _records!, _count, right._count);
        }
        else
        {
            Array.Copy(right._children!, 0, _children!, _count, right._count);
            Array.Copy(right._keys!, 0, _keys!, _count, right._count);
            _keys![_count] = separator;
        }
        _count += right._count;
    }

    private byte[] FirstKey()
    {
        var node = this;
        while (!node.IsLeaf) node = node._children![0];
        return node._records![0].Key.ToArray();
    }
}
