using System.Runtime.InteropServices;

namespace Replication.Core.Records.Memory;

/// <summary>
/// The head of a page: 1 MiB, aligned to its size, that holds blocks of one size class. A block is found from its page's
/// address, and the page from any address in it.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = HeadBytes)]
internal unsafe struct Page
{
    /// <summary>Bytes of a page.</summary>
    public const int Bytes = 1 << 20;

    /// <summary>Bytes of the head.</summary>
    public const int HeadBytes = 64;

    /// <summary>Of its blocks; -1 for the page of one large block.</summary>
    public int Class;

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes;

    /// <summary>Blocks in use.</summary>
    public int Live;

    /// <summary>Offset behind the last block that was ever used.</summary>
    public int Fresh;

    /// <summary>Offset of the first free block before <see cref="Fresh"/>, which holds the offset of the next one; 0 when there is none.</summary>
    public int Free;

    /// <summary>Whether it is in the list of pages with room.</summary>
    public bool IsListed;

    /// <summary>Whether it is being emptied: it gets no new blocks.</summary>
    public bool IsLeaving;

    /// <summary>Neighbours in the list of pages with room.</summary>
    public Page* Previous;

    /// <inheritdoc cref="Previous"/>
    public Page* Next;

    /// <summary>Whether a block can be taken from it.</summary>
    public readonly bool HasRoom => Free != 0 || Fresh + BlockBytes <= Bytes;

    /// <summary>The page that a block is in.</summary>
    public static Page* Of(nint block) => (Page*)(block & ~(nint)(Bytes - 1));
}
