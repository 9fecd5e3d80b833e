using System.Runtime.CompilerServices;
using Replication.Core.IO;

namespace Replication.Core.Records.Memory;

/// <summary>
/// Blocks of memory outside the managed heap. Small ones share pages by size class; a page whose last block is freed goes
/// back to the system, and a large block is mapped and unmapped alone. For one thread; the figures may be read by others.
/// </summary>
internal sealed unsafe class PageHeap
{
    private const long FirstRegionBytes = 2L * 1024 * 1024;
    private const long MaxRegionBytes = 64L * 1024 * 1024;
    private const int HugePageBytes = 2 * 1024 * 1024;

    private const long SparseFromBytes = 8L * 1024 * 1024;

    // Below, the memory that large pages waste on little data is worth more than the time they save.
    private const int HugePagesFromRegion = 3;

    private readonly Page*[] _withRoom = new Page*[SizeClass.Count];
    private readonly List<MappedRegion> _regions = [];
    private readonly Stack<nint> _freePages = new();
    private readonly Dictionary<nint, MappedRegion> _large = [];
    private long _usedBytes;
    private long _liveBytes;

    /// <summary>Bytes of memory that were written and not given back.</summary>
    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>Bytes of the blocks in use.</summary>
    public long LiveBytes => Volatile.Read(ref _liveBytes);

    /// <summary>Whether freed blocks are overwritten, so that whoever still reads one is found out. For tests.</summary>
    public bool Poisons { get; init; }

    /// <summary>Bytes that a block of this size takes.</summary>
    public static long BytesTaken(int bytes) =>
        bytes <= SizeClass.MaxBytes ? SizeClass.BytesOf(SizeClass.Of(bytes)) : LargeBytes(bytes);

    /// <summary>A block, aligned to 8 bytes, of undefined content.</summary>
    /// <exception cref="MemoryExhaustedException">The system has no memory.</exception>
    [MethodImpl(Jit.AtOnce)]
    public nint Allocate(int bytes)
    {
        if (bytes > SizeClass.MaxBytes) return AllocateLarge(bytes);
        var sizeClass = SizeClass.Of(bytes);
        var page = _withRoom[sizeClass];
        if (page is null) page = NewPage(sizeClass);
        nint block;
        if (page->Free != 0)
        {
            block = (nint)page + page->Free;
            page->Free = *(int*)block;
        }
        else
        {
            block = (nint)page + page->Fresh;
            page->Fresh += page->BlockBytes;
            _usedBytes += page->BlockBytes;
        }
        page->Live++;
        _liveBytes += page->BlockBytes;
        if (!page->HasRoom) Unlist(page);
        return block;
    }

    /// <summary>Takes a block back.</summary>
    public void Free(nint block)
    {
        var page = Page.Of(block);
        if (page->Class < 0)
        {
            FreeLarge(page);
            return;
        }
        if (Poisons) new Span<byte>((void*)block, page->BlockBytes).Fill(0xDB);
        *(int*)block = page->Free;
        page->Free = (int)(block - (nint)page);
        page->Live--;
        _liveBytes -= page->BlockBytes;
        if (page->Live == 0) Release(page);
        else if (!page->IsListed && !page->IsLeaving) List(page);
    }

    /// <summary>Bytes that a block takes.</summary>
    public static int BytesOf(nint block) => Page.Of(block)->BlockBytes;

    /// <summary>Whether a block is in a page that is being emptied.</summary>
    public static bool IsLeaving(nint block) => Page.Of(block)->IsLeaving;

    /// <summary>Whether so much of the memory is unused that emptying sparse pages is worth the moving.</summary>
    public bool IsSparse => _usedBytes - _liveBytes > Math.Max(SparseFromBytes, _liveBytes / 2);

    /// <summary>Begins to empty the pages of which less than half is in use: they get no new blocks. Whoever owns the blocks moves them.</summary>
    /// <returns>How many it begins with.</returns>
    public int EmptySparsePages()
    {
        var begun = 0;
        foreach (var region in _regions)
        {
            for (var offset = 0L; offset < region.Bytes; offset += Page.Bytes)
            {
                var page = (Page*)(region.Address + (nint)offset);
                if (page->BlockBytes == 0 || page->IsLeaving || (long)page->Live * page->BlockBytes >= page->Fresh / 2) continue;
                if (page->IsListed) Unlist(page);
                page->IsLeaving = true;
                begun++;
                if (page->Live == 0) Release(page);
            }
        }
        return begun;
    }

    private Page* NewPage(int sizeClass)
    {
        if (!_freePages.TryPop(out var address))
        {
            AddRegion();
            address = _freePages.Pop();
        }
        var page = (Page*)address;
        *page = new Page { Class = sizeClass, BlockBytes = SizeClass.BytesOf(sizeClass), Fresh = Page.HeadBytes };
        _usedBytes += Page.HeadBytes;
        List(page);
        return page;
    }

    private void AddRegion()
    {
        // Each twice as large as the one before: little data takes little.
        var bytes = Math.Min(MaxRegionBytes, FirstRegionBytes << Math.Min(_regions.Count, 16));
        var region = MappedRegion.Map(bytes, HugePageBytes);
        _regions.Add(region);
        if (_regions.Count >= HugePagesFromRegion) region.PreferHugePages();
        for (var offset = bytes - Page.Bytes; offset >= 0; offset -= Page.Bytes) _freePages.Push(region.Address + (nint)offset);
    }

    private void Release(Page* page)
    {
        // One page of a class stays: a single record that comes and goes would map it again each time.
        if (page->IsListed && page->Previous is null && page->Next is null) return;
        if (page->IsListed) Unlist(page);
        _usedBytes -= page->Fresh;
        MappedRegion.Discard((nint)page, Page.Bytes);
        _freePages.Push((nint)page);
    }

    private void List(Page* page)
    {
        ref var first = ref _withRoom[page->Class];
        page->Previous = null;
        page->Next = first;
        page->IsListed = true;
        if (first is not null) first->Previous = page;
        first = page;
    }

    private void Unlist(Page* page)
    {
        if (page->Previous is null) _withRoom[page->Class] = page->Next;
        else page->Previous->Next = page->Next;
        if (page->Next is not null) page->Next->Previous = page->Previous;
        page->IsListed = false;
    }

    private static long LargeBytes(int bytes) => (Page.HeadBytes + (long)bytes + Page.Bytes - 1) / Page.Bytes * Page.Bytes;

    private nint AllocateLarge(int bytes)
    {
        var region = MappedRegion.Map(LargeBytes(bytes), Page.Bytes);
        var page = (Page*)region.Address;
        *page = new Page { Class = -1, BlockBytes = bytes, Live = 1 };
        _large.Add(region.Address, region);
        _usedBytes += bytes;
        _liveBytes += bytes;
        return region.Address + Page.HeadBytes;
    }

    private void FreeLarge(Page* page)
    {
        _usedBytes -= page->BlockBytes;
        _liveBytes -= page->BlockBytes;
        _large.Remove((nint)page, out var region);
        region!.Dispose();
    }
}
