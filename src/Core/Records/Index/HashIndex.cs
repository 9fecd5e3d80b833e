using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Replication.Core.IO;
using Replication.Core.Records.Memory;

namespace Replication.Core.Records.Index;

/// <summary>
/// Where the newest record of a key is: a hint that spares a reader the way through the ordered index, which alone is the
/// truth. One memory access leads to the record, whatever the number of records. It grows one small segment at a time
/// (extendible hashing: R. Fagin et al., ACM TODS 4(3), 1979). One thread writes; any thread reads.
/// </summary>
/// <remarks>
/// A slot is changed before the version that its change belongs to is published. So a reader of a state finds what that state
/// holds or something newer; a record that is not newer than the state is the state's own. A key that is newer, or not there (no
/// room was left for it, or it moves just now), is looked up in the ordered index. Two slots never hold one key.
/// </remarks>
internal sealed unsafe class HashIndex
{
    private const int BucketSlots = 8; // one cache line; a key is in one bucket or its neighbour, which come together
    private const int LineBytes = 64;
    private const int SegmentBuckets = 64;
    private const int SegmentSlots = SegmentBuckets * BucketSlots;
    private const int SegmentBytes = HeadBytes + (SegmentSlots * sizeof(ulong));
    private const int HeadBytes = 64; // depth i32, used i32
    private const int SplitFrom = SegmentSlots * 5 / 8;
    private const int FillTo = SegmentSlots * 3 / 4; // when the records are known before
    private const int AtOnce = 64;
    private const int MaxDepth = 24;
    private const int TagShift = 48;
    private const ulong AddressMask = (1UL << TagShift) - 1;

    private readonly RecordMemory _memory;
    private nint[] _directory;

    /// <summary>An empty one.</summary>
    public HashIndex(RecordMemory memory)
        : this(memory, depth: 0)
    {
    }

    private HashIndex(RecordMemory memory, int depth)
    {
        _memory = memory;
        _directory = new nint[1 << depth];
        for (var i = 0; i < _directory.Length; i++) _directory[i] = NewSegment(depth);
        memory.OnRollBack(Drop);
    }

    /// <summary>One of records that nobody reads yet, made whole: no segment is split on the way, and their places are fetched together.</summary>
    [MethodImpl(Jit.AtOnce)]
    public static HashIndex Of(RecordMemory memory, OrderedIndexCursor records, long count)
    {
        var depth = 0;
        while (depth < MaxDepth && count >> depth > FillTo) depth++;
        var index = new HashIndex(memory, depth) { FilledTo = null };
        Span<(ulong Hash, nint Record)> next = stackalloc (ulong, nint)[AtOnce];
        for (var isMore = true; isMore;)
        {
            var taken = 0;
            while (taken < AtOnce && (isMore = records.MoveNext()))
            {
                var hash = KeyHash.Of(records.Current.Key);
                index.PrefetchPlace(hash);
                next[taken++] = (hash, records.Current.Address);
            }
            foreach (var (hash, record) in next[..taken]) index.Put(hash, record, 0);
        }
        return index;
    }

    /// <summary>Records it has room for.</summary>
    public long Slots { get; private set; }

    /// <summary>Records behind this key that were there before it was made are still to be added; null when all are in it. For the writer.</summary>
    public byte[]? FilledTo { get; set; } = [];

    /// <summary>Whether readers may use it.</summary>
    public bool IsUsable => Volatile.Read(ref _directory).Length > 0;

    /// <summary>The record of a key in the state that ends with an index; none when it is to be looked up in the ordered index.</summary>
    public Record Find(ReadOnlySpan<byte> key, long upTo)
    {
        var reading = ReaderEpochs.Own;
        reading.Enter();
        var record = Find(key, KeyHash.Of(key), upTo);
        reading.Leave();
        return record;
    }

    /// <summary>Fetches the place of a key into the cache, while others are fetched too.</summary>
    public void PrefetchPlace(ulong hash)
    {
        var directory = Volatile.Read(ref _directory);
        if (Sse.IsSupported && directory.Length > 0) Sse.Prefetch0(BucketOf(directory, hash, out _));
    }

    /// <summary>Fetches what may be the record of a key into the cache, once its place is there.</summary>
    /// <param name="hash">Of the key.</param>
    /// <param name="lines">How much of the record, in lines of the cache.</param>
    public void PrefetchRecord(ulong hash, int lines = 1)
    {
        var directory = Volatile.Read(ref _directory);
        if (!Sse.IsSupported || directory.Length == 0) return;
        var bucket = BucketOf(directory, hash, out _);
        for (var i = 0; i < BucketSlots; i++)
            if (bucket[i] != 0 && ((bucket[i] ^ (hash << TagShift)) & ~AddressMask) == 0)
                for (var line = 0; line < lines; line++)
                    Sse.Prefetch0((byte*)(bucket[i] & AddressMask) + (line * LineBytes));
    }

    /// <summary>A record was written.</summary>
    /// <param name="hash">Of its key.</param>
    /// <param name="record">The new one.</param>
    /// <param name="replaced">The one it replaces; 0 when there was none.</param>
    [MethodImpl(Jit.AtOnce)]
    public void Put(ulong hash, nint record, nint replaced)
    {
        if (_directory.Length == 0) return;
        if (replaced != 0 && SlotOf(hash, Slot(hash, replaced)) is var old && old is not null)
        {
            Volatile.Write(ref *old, Slot(hash, record));
            return;
        }
        while (true)
        {
            var empty = SlotOf(hash, 0);
            if (empty is not null)
            {
                ++*UsedOf(SegmentOf(_directory, hash));
                Volatile.Write(ref *empty, Slot(hash, record));
                return;
            }
            if (!TrySplit(hash)) return;
        }
    }

    /// <summary>Adds a record, unless it is there.</summary>
    public void Add(ulong hash, nint record)
    {
        if (_directory.Length > 0 && SlotOf(hash, Slot(hash, record)) is null) Put(hash, record, 0);
    }

    /// <summary>A record was removed.</summary>
    public void Remove(ulong hash, nint record)
    {
        if (_directory.Length == 0) return;
        var slot = SlotOf(hash, Slot(hash, record));
        if (slot is null) return;
        --*UsedOf(SegmentOf(_directory, hash));
        Volatile.Write(ref *slot, 0);
    }

    /// <summary>Takes it away from readers, for good, and gives its memory back.</summary>
    public void Drop()
    {
        var directory = _directory;
        Volatile.Write(ref _directory, []);
        foreach (var segment in directory.Distinct()) _memory.RetireAside(segment);
    }

    private Record Find(ReadOnlySpan<byte> key, ulong hash, long upTo)
    {
        var directory = Volatile.Read(ref _directory);
        if (directory.Length == 0) return default;
        var bucket = BucketOf(directory, hash, out var neighbour);
        var tag = hash << TagShift;
        for (var i = 0; i < 2 * BucketSlots; i++)
        {
            var slot = Volatile.Read(ref i < BucketSlots ? ref bucket[i] : ref neighbour[i - BucketSlots]);
            if (slot == 0 || ((slot ^ tag) & ~AddressMask) != 0) continue;
            var record = new Record((nint)(slot & AddressMask));
            if (record.Key.SequenceEqual(key)) return record.Index <= upTo ? record : default;
        }
        return default;
    }

    private static ulong Slot(ulong hash, nint record) => (hash << TagShift) | (ulong)record;

    // The directory goes by the upper bits, the bucket by those in the middle, the tag by the lower ones.
    private static nint SegmentOf(nint[] directory, ulong hash) => directory[(int)(hash >> 32 >> (32 - BitOperations.Log2((uint)directory.Length)))];

    private static ulong* BucketOf(nint[] directory, ulong hash, out ulong* neighbour)
    {
        var slots = (ulong*)(SegmentOf(directory, hash) + HeadBytes);
        var bucket = (int)(hash >> 16) & (SegmentBuckets - 1);
        neighbour = slots + ((bucket ^ 1) * BucketSlots);
        return slots + (bucket * BucketSlots);
    }

    private static int* DepthOf(nint segment) => (int*)segment;

    private static int* UsedOf(nint segment) => (int*)segment + 1;

    private ulong* SlotOf(ulong hash, ulong content) => SlotOf(BucketOf(_directory, hash, out var neighbour), neighbour, content);

    private static ulong* SlotOf(ulong* bucket, ulong* neighbour, ulong content)
    {
        for (var i = 0; i < BucketSlots; i++)
            if (bucket[i] == content)
                return bucket + i;
        for (var i = 0; i < BucketSlots; i++)
            if (neighbour[i] == content)
                return neighbour + i;
        return null;
    }

    // Only one that is well filled: keys that all want one bucket would split without end.
    private bool TrySplit(ulong hash)
    {
        var segment = SegmentOf(_directory, hash);
        var depth = *DepthOf(segment) + 1;
        if (*UsedOf(segment) < SplitFrom || depth > MaxDepth) return false;
        var directory = _directory.Length < 1 << depth ? Doubled(_directory) : _directory;
        var (low, high) = (NewSegment(depth), NewSegment(depth));
        Share(segment, low, high, depth);
        var span = directory.Length >> depth;
        var first = (int)(hash >> 32 >> (32 - BitOperations.Log2((uint)directory.Length))) / (2 * span) * (2 * span);
        for (var i = 0; i < 2 * span; i++) Volatile.Write(ref directory[first + i], i < span ? low : high);
        Volatile.Write(ref _directory, directory);
        _memory.RetireAside(segment);
        Slots -= SegmentSlots;
        return true;
    }

    private static nint[] Doubled(nint[] directory)
    {
        var doubled = new nint[directory.Length * 2];
        for (var i = 0; i < doubled.Length; i++) doubled[i] = directory[i / 2];
        return doubled;
    }

    private static void Share(nint segment, nint low, nint high, int depth)
    {
        foreach (var slot in new ReadOnlySpan<ulong>((void*)(segment + HeadBytes), SegmentSlots))
        {
            if (slot == 0) continue;
            var hash = KeyHash.Of(Record.KeyOf((nint)(slot & AddressMask)));
            var target = ((hash >> (64 - depth)) & 1) == 0 ? low : high;
            var slots = (ulong*)(target + HeadBytes);
            var bucket = (int)(hash >> 16) & (SegmentBuckets - 1);
            // There is room: it came from the same two buckets.
            *SlotOf(slots + (bucket * BucketSlots), slots + ((bucket ^ 1) * BucketSlots), 0) = slot;
            ++*UsedOf(target);
        }
    }

    private nint NewSegment(int depth)
    {
        var segment = _memory.AllocateAside(SegmentBytes);
        NativeMemory.Clear((void*)segment, SegmentBytes);
        *DepthOf(segment) = depth;
        Slots += SegmentSlots;
        return segment;
    }
}
