using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Replication.Core.IO;

namespace Replication.Core.Log;

/// <summary>
/// What the beginning of each batch in a segment says about the time before it: local to the file and never streamed.
/// It is how recovery tells a torn tail from damage.
/// </summary>
/// <param name="SyncedIndex">The highest index that was synced here before this batch was written.</param>
/// <param name="CommitIndex">The commit index known then.</param>
public readonly record struct Mark(long SyncedIndex, long CommitIndex)
{
    /// <summary>Bytes of a mark.</summary>
    public const int Size = 32;

    /// <summary>Stands in place of a length, which it can never be.</summary>
    public const uint Sentinel = 0xFFFF_FFFF;

    private const int CrcOffset = 4;
    private const int SaltOffset = 8;
    private const int SyncedOffset = 16;
    private const int CommitOffset = 24;

    /// <summary>Writes the mark with the salt of its segment, so that no bytes inside a value can pass for one.</summary>
    public void Write(Span<byte> destination, ulong salt)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Sentinel);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[SaltOffset..], salt);
        BinaryPrimitives.WriteInt64LittleEndian(destination[SyncedOffset..], SyncedIndex);
        BinaryPrimitives.WriteInt64LittleEndian(destination[CommitOffset..], CommitIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[CrcOffset..], Crc32C.Compute(destination[SaltOffset..Size]));
    }

    /// <summary>Reads a mark at the beginning of the bytes; false when there is none with this salt.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ulong salt, out Mark mark)
    {
        mark = default;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Sentinel) return false;
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[SaltOffset..]) != salt) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcOffset..]) != Crc32C.Compute(bytes[SaltOffset..Size])) return false;
        mark = new Mark(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[SyncedOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[CommitOffset..]));
        return true;
    }

    /// <summary>The highest synced index that any mark in the bytes claims, at whatever offset; -1 when there is none.</summary>
    [MethodImpl(Jit.AtOnce)]
    public static long HighestSynced(ReadOnlySpan<byte> bytes, ulong salt)
    {
        Span<byte> needle = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(needle, salt);
        var highest = -1L;
        var from = 0;
        while (bytes[from..].IndexOf(needle) is var found && found >= 0)
        {
            var start = from + found - SaltOffset;
            if (start >= 0 && TryRead(bytes[start..], salt, out var mark)) highest = Math.Max(highest, mark.SyncedIndex);
            from += found + 1;
        }
        return highest;
    }
}
