using System.Buffers.Binary;
using Replication.Core.Positions;

namespace Replication.Core.Log;

/// <summary>
/// The 36 bytes before an entry's payload, little-endian; the same in a segment, a backup and a follow stream.
/// docs/LOG_FORMAT.md has the table.
/// </summary>
/// <param name="Length">Bytes of the whole frame, at least <see cref="Size"/>.</param>
/// <param name="Crc">crc32c of the length and of everything behind this field.</param>
/// <param name="PreviousCrc">The crc of the frame before: the chain names the whole history.</param>
/// <param name="Index">The entry's dense number, from 1.</param>
/// <param name="Epoch">The reign in which the entry was written.</param>
/// <param name="Kind">What the payload is.</param>
/// <param name="Flags">None are defined; 0.</param>
/// <param name="TimestampMicros">Microseconds since 1970-01-01 UTC, never decreasing within a reign.</param>
public readonly record struct FrameHeader(
    int Length, uint Crc, uint PreviousCrc, long Index, Epoch Epoch, EntryKind Kind, ushort Flags, long TimestampMicros)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 36;

    /// <summary>No frame is longer: the hard bound for a decoder, above every configurable limit.</summary>
    public const int MaxFrameLength = 256 * 1024 * 1024;

    private const int CrcOffset = 4;
    private const int PreviousOffset = 8;
    private const int IndexOffset = 12;
    private const int EpochOffset = 20;
    private const int KindOffset = 24;
    private const int FlagsOffset = 26;
    private const int TimestampOffset = 28;

    /// <summary>The entry's position.</summary>
    public LogPosition Position => new(Epoch, Index);

    /// <summary>Reads the fields without checking anything.</summary>
    public static FrameHeader Read(ReadOnlySpan<byte> frame) => new(
        BinaryPrimitives.ReadInt32LittleEndian(frame),
        BinaryPrimitives.ReadUInt32LittleEndian(frame[CrcOffset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(frame[PreviousOffset..]),
        BinaryPrimitives.ReadInt64LittleEndian(frame[IndexOffset..]),
        new Epoch(BinaryPrimitives.ReadUInt32LittleEndian(frame[EpochOffset..])),
        (EntryKind)BinaryPrimitives.ReadUInt16LittleEndian(frame[KindOffset..]),
        BinaryPrimitives.ReadUInt16LittleEndian(frame[FlagsOffset..]),
        BinaryPrimitives.ReadInt64LittleEndian(frame[TimestampOffset..]));

    /// <summary>
    /// Fills in the header of a frame whose payload already stands behind it, and returns it with its crc.
    /// </summary>
    /// <param name="frame">The whole frame; its length becomes <see cref="Length"/>.</param>
    /// <param name="previous">The end of the log before this entry; gives the index and the link.</param>
    /// <param name="epoch">The reign.</param>
    /// <param name="kind">What the payload is.</param>
    /// <param name="timestampMicros">The time to record.</param>
    public static FrameHeader Seal(Span<byte> frame, in LogTail previous, Epoch epoch, EntryKind kind, long timestampMicros)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[PreviousOffset..], previous.Crc);
        BinaryPrimitives.WriteInt64LittleEndian(frame[IndexOffset..], previous.Index + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[EpochOffset..], epoch.Number);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[KindOffset..], (ushort)kind);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[FlagsOffset..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(frame[TimestampOffset..], timestampMicros);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[CrcOffset..], ComputeCrc(frame));
        return Read(frame);
    }

    /// <summary>The crc32c over the length and everything behind the crc.</summary>
    /// <param name="frame">Exactly one frame.</param>
    public static uint ComputeCrc(ReadOnlySpan<byte> frame)
    {
        var crc = Crc32C.Begin(frame[..CrcOffset]);
        return Crc32C.End(Crc32C.Continue(crc, frame[PreviousOffset..]));
    }
}
