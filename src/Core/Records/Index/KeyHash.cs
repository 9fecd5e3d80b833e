using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Replication.Core.Records.Index;

/// <summary>
/// A 64-bit hash of a key for <see cref="HashIndex"/>: 16 bytes a step, folded by a 128-bit product (the mixing step of Wang Yi's
/// wyhash). It is in no format, so that it may change; it needs no secret, because keys that collide only fall back to the
/// ordered index.
/// </summary>
internal static class KeyHash
{
    private const ulong Start = 0xa076_1d64_78bd_642f;
    private const ulong First = 0xe703_7ed1_a0b4_28db;
    private const ulong Second = 0x8ebc_6af0_9c88_c6e3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> key)
    {
        ref var at = ref MemoryMarshal.GetReference(key);
        var (hash, left) = (Start, key.Length);
        for (; left > 16; left -= 16)
        {
            hash = Mix(Read64(ref at) ^ First, Read64(ref Unsafe.Add(ref at, 8)) ^ hash);
            at = ref Unsafe.Add(ref at, 16);
        }
        var (low, high) = left switch
        {
            >= 8 => (Read64(ref at), Read64(ref Unsafe.Add(ref at, left - 8))),
            >= 4 => ((ulong)Read32(ref at), Read32(ref Unsafe.Add(ref at, left - 4))),
            > 0 => (((ulong)at << 16) | ((ulong)Unsafe.Add(ref at, left >> 1) << 8) | Unsafe.Add(ref at, left - 1), 0UL),
            _ => (0UL, 0UL),
        };
        return Mix(Second ^ (ulong)key.Length, Mix(low ^ First, high ^ hash));
    }

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    private static ulong Read64(ref byte at) => Unsafe.ReadUnaligned<ulong>(ref at);

    private static uint Read32(ref byte at) => Unsafe.ReadUnaligned<uint>(ref at);
}
