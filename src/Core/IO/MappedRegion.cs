using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Replication.Core.IO;

/// <summary>
/// Memory straight from the system, outside the managed heap: the collector never walks it, and what is given back is free
/// for others at once. It is unmapped when it is disposed of, or when nobody refers to it any more.
/// </summary>
internal sealed partial class MappedRegion : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int ReadWrite = 0x1 | 0x2; // PROT_READ | PROT_WRITE
    private const int PrivateAnonymous = 0x02 | 0x20 | 0x4000; // MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE on Linux
    private const int DoNotNeed = 4; // MADV_DONTNEED
    private const int HugePages = 14; // MADV_HUGEPAGE

    private MappedRegion(nint address, long bytes)
        : base(ownsHandle: true)
    {
        SetHandle(address);
        Bytes = bytes;
    }

    /// <summary>Its length.</summary>
    public long Bytes { get; }

    /// <summary>Its first byte.</summary>
    public nint Address => handle;

    /// <summary>Maps zeroed memory; it costs nothing until it is written.</summary>
    /// <param name="bytes">A multiple of the alignment.</param>
    /// <param name="alignment">Of the first byte: a power of two, at least a page of the system.</param>
    /// <exception cref="MemoryExhaustedException">The system has none.</exception>
    public static MappedRegion Map(long bytes, long alignment)
    {
        var mapped = Map(0, (nuint)(bytes + alignment), ReadWrite, PrivateAnonymous, -1, 0);
        if (mapped == -1) throw new MemoryExhaustedException($"The system gives no {bytes} bytes of memory: {Marshal.GetLastPInvokeErrorMessage()}. Give the machine more, or set a lower memory limit.");
        var aligned = (mapped + (nint)alignment - 1) & ~((nint)alignment - 1);
        if (aligned > mapped) _ = Unmap(mapped, (nuint)(aligned - mapped));
        if (aligned - mapped < alignment) _ = Unmap(aligned + (nint)bytes, (nuint)(alignment - (aligned - mapped)));
        return new MappedRegion(aligned, bytes);
    }

    /// <summary>Gives a part back to the system; it reads as zeros then.</summary>
    public static void Discard(nint address, long bytes) => _ = Advise(address, (nuint)bytes, DoNotNeed);

    /// <summary>Lets the system use large pages for it: fewer misses of the address cache, more memory for little data.</summary>
    public void PreferHugePages() => _ = Advise(handle, (nuint)Bytes, HugePages);

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Unmap(handle, (nuint)Bytes) == 0;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nuint bytes, int advice);
}
