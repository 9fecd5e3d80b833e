using System.Numerics;

namespace Replication.Core.Records.Memory;

/// <summary>
/// The sizes that blocks come in: every multiple of 8 up to 1 KiB, then eight to each doubling, so that at most an eighth of
/// a block is unused.
/// </summary>
internal static class SizeClass
{
    /// <summary>Bytes of the largest block that shares a page with others.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>Number of classes.</summary>
    public const int Count = FineClasses + (CoarseDoublings * ClassesOfDoubling);

    private const int FineBytes = 1024;
    private const int FineClasses = FineBytes / 8;
    private const int ClassesOfDoubling = 8;
    private const int CoarseDoublings = 7;

    /// <summary>The smallest class whose blocks hold so many bytes: 1 to <see cref="MaxBytes"/>.</summary>
    public static int Of(int bytes)
    {
        if (bytes <= FineBytes) return (bytes - 1) >> 3;
        var doubling = BitOperations.Log2((uint)(bytes - 1)) - 10; // 0 for 1,025 to 2,048
        var step = (bytes - 1 - (FineBytes << doubling)) >> (7 + doubling);
        return FineClasses + (doubling * ClassesOfDoubling) + step;
    }

    /// <summary>Bytes of the blocks of a class.</summary>
    public static int BytesOf(int sizeClass)
    {
        if (sizeClass < FineClasses) return (sizeClass + 1) << 3;
        var (doubling, step) = Math.DivRem(sizeClass - FineClasses, ClassesOfDoubling);
        return (FineBytes << doubling) + ((step + 1) << (7 + doubling));
    }
}
