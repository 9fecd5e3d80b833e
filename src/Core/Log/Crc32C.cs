using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Replication.Core.IO;

namespace Replication.Core.Log;

/// <summary>
/// CRC-32C (Castagnoli polynomial 0x1EDC6F41, reflected, initial value and final xor 0xFFFFFFFF; RFC 3720, section 12.1),
/// computed by the processor's instruction where there is one.
/// </summary>
public static class Crc32C
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => End(Begin(bytes));

    internal static uint Begin(ReadOnlySpan<byte> bytes) => Continue(uint.MaxValue, bytes);

    [MethodImpl(Jit.AtOnce)]
    internal static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return crc;
    }

    internal static uint End(uint crc) => ~crc;
}
