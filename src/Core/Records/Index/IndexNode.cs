using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Replication.Core.IO;

namespace Replication.Core.Records.Index;

/// <summary>
/// A node of an <see cref="OrderedIndex"/>: a block of memory with up to 64 items in key order. The items of a leaf are
/// records. Those of a branch are separators: child <c>i</c> holds the keys at or above separator <c>i - 1</c> and below
/// separator <c>i</c>, so that a branch has one child more than items.
/// </summary>
/// <remarks>
/// All keys of a node begin with the same <see cref="Skip"/> bytes, and beside each item stand the four bytes of its key that
/// follow them, as a number: its head. A search compares heads, many at once, and then looks at one key, not at six.
/// </remarks>
internal readonly unsafe struct IndexNode(nint address) : IEquatable<IndexNode>
{
    public const int Capacity = 64;

    /// <summary>Bytes of a leaf's block.</summary>
    public const int LeafBytes = ItemsOffset + (Capacity * sizeof(long));

    /// <summary>Bytes of a branch's block.</summary>
    public const int BranchBytes = LeafBytes + ((Capacity + 1) * sizeof(long));

    /// <summary>Bytes that a search in a node begins with.</summary>
    public const int SearchedBytes = ItemsOffset;

    // version i64, count u16, skip u16, is leaf u8, unused; then heads, items and, in a branch, children
    private const int CountOffset = 8;
    private const int SkipOffset = 10;
    private const int IsLeafOffset = 12;
    private const int HeadsOffset = 16;
    private const int ItemsOffset = HeadsOffset + (Capacity * sizeof(uint));
    private const int HeadBytes = sizeof(uint);

    private readonly byte* _at = (byte*)address;

    public nint Address => (nint)_at;

    public bool Exists => _at is not null;

    /// <summary>The version it was made for; while that is being built, the node may be changed in place.</summary>
    public long Version => *(long*)_at;

    public bool IsLeaf => _at[IsLeafOffset] != 0;

    /// <summary>Number of items.</summary>
    public int Count
    {
        get => *(ushort*)(_at + CountOffset);
        set => *(ushort*)(_at + CountOffset) = (ushort)value;
    }

    /// <summary>Number of leading bytes that all keys share, or fewer.</summary>
    public int Skip
    {
        get => *(ushort*)(_at + SkipOffset);
        set => *(ushort*)(_at + SkipOffset) = (ushort)value;
    }

    public Span<uint> Heads => new(_at + HeadsOffset, Capacity);

    public Span<nint> Items => new(_at + ItemsOffset, Capacity);

    public Span<nint> Children => new(_at + LeafBytes, Capacity + 1);

    public ReadOnlySpan<byte> KeyAt(int position) => Record.KeyOf(Items[position]);

    /// <summary>The key of the last item.</summary>
    public ReadOnlySpan<byte> LastKey => KeyAt(Count - 1);

    /// <summary>Makes an empty node of a new block.</summary>
    public void Initialize(long version, bool isLeaf)
    {
        *(long*)_at = version;
        *(long*)(_at + CountOffset) = 0;
        _at[IsLeafOffset] = isLeaf ? (byte)1 : (byte)0;
    }

    /// <summary>Makes a new block the copy of another node.</summary>
    public void CopyFrom(IndexNode other, long version)
    {
        var count = other.Count;
        Unsafe.CopyBlock(_at, other._at, (uint)(HeadsOffset + (count * HeadBytes)));
        *(long*)_at = version;
        other.Items[..count].CopyTo(Items);
        if (!IsLeaf) other.Children[..(count + 1)].CopyTo(Children);
    }

    /// <summary>The child that a key belongs into.</summary>
    public int ChildFor(ReadOnlySpan<byte> key)
    {
        var position = LowerBound(key, out var found);
        return found ? position + 1 : position;
    }

    /// <summary>Position of the first item whose key is not below the given one.</summary>
    [MethodImpl(Jit.AtOnce)]
    public int LowerBound(ReadOnlySpan<byte> key, out bool found)
    {
        found = false;
        var count = Count;
        if (count == 0) return 0;
        var skip = Skip;
        var head = HeadOf(key, skip);
        var (low, high) = Range(head, count);
        // Any key shows whether the given one begins as all of them do.
        var known = KeyAt(Math.Min(low, count - 1));
        var common = key.CommonPrefixLength(known);
        if (common < skip) return IsBelow(key, known, common) ? 0 : count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var order = key.SequenceCompareTo(KeyAt(middle));
            if (order == 0)
            {
                found = true;
                return middle;
            }
            if (order < 0) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// <summary>The four bytes of a key from an offset on, as a number; zeros where it ends.</summary>
    public static uint HeadOf(ReadOnlySpan<byte> key, int offset)
    {
        if (key.Length >= offset + HeadBytes) return BinaryPrimitives.ReadUInt32BigEndian(key[offset..]);
        var head = 0u;
        for (var i = offset; i < key.Length; i++) head |= (uint)key[i] << (8 * (HeadBytes - 1 - (i - offset)));
        return head;
    }

    public bool Equals(IndexNode other) => _at == other._at;

    public override bool Equals(object? obj) => obj is IndexNode other && Equals(other);

    public override int GetHashCode() => Address.GetHashCode();

    private static bool IsBelow(ReadOnlySpan<byte> key, ReadOnlySpan<byte> other, int common) =>
        common == key.Length || (common < other.Length && key[common] < other[common]);

    // Positions of the items whose heads are the given one: from the first that is not below it to the first above it.
    private (int Low, int High) Range(uint head, int count)
    {
        var heads = (uint*)(_at + HeadsOffset);
        var (below, notAbove) = (0, 0);
        var sought = Vector256.Create(head);
        var i = 0;
        for (; i + Vector256<uint>.Count <= count; i += Vector256<uint>.Count)
        {
            var some = Vector256.Load(heads + i);
            below += BitOperations.PopCount(Vector256.LessThan(some, sought).ExtractMostSignificantBits());
            notAbove += BitOperations.PopCount(Vector256.LessThanOrEqual(some, sought).ExtractMostSignificantBits());
        }
        for (; i < count; i++)
        {
            if (heads[i] < head) below++;
            if (heads[i] <= head) notAbove++;
        }
        return (below, notAbove);
    }
}
