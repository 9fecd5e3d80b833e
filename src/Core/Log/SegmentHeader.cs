using System.Buffers.Binary;
using System.Globalization;
using Replication.Core.Positions;

namespace Replication.Core.Log;

/// <summary>The first 64 bytes of a segment file. docs/LOG_FORMAT.md has the table.</summary>
/// <param name="History">The lineage.</param>
/// <param name="Previous">The end of the log before the segment; <see cref="LogTail.Start"/> at the beginning of a history.</param>
/// <param name="Salt">Random; stands in every mark of the segment.</param>
public readonly record struct SegmentHeader(HistoryId History, LogTail Previous, ulong Salt)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 64;

    /// <summary>The format version that this code writes.</summary>
    public const uint Version = 1;

    /// <summary>What a segment file's name ends with.</summary>
    public const string Extension = ".log";

    private const int VersionOffset = 8;
    private const int CrcOffset = 12;
    private const int HistoryOffset = 16;
    private const int IndexOffset = 32;
    private const int EpochOffset = 40;
    private const int PreviousOffset = 44;
    private const int SaltOffset = 48;
    private const int TimestampOffset = 56;

    private static ReadOnlySpan<byte> Magic => "REPLLOG\n"u8;

    /// <summary>Index of the first entry that belongs into the segment.</summary>
    public long FirstIndex => Previous.Index + 1;

    /// <summary>The file's name: names sort by first index.</summary>
    public string FileName => NameFor(FirstIndex);

    /// <summary>The name of the segment that begins with an index.</summary>
    public static string NameFor(long firstIndex) => firstIndex.ToString("D20", CultureInfo.InvariantCulture) + Extension;

    /// <summary>Whether a name is that of a segment.</summary>
    public static bool IsSegmentName(string name) =>
        name.EndsWith(Extension, StringComparison.Ordinal) && name.Length == 20 + Extension.Length
        && name.AsSpan(0, 20).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>Writes the 64 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var header = destination[..Size];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[VersionOffset..], Version);
        History.Write(header[HistoryOffset..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[IndexOffset..], FirstIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(header[EpochOffset..], Previous.Position.Epoch.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(header[PreviousOffset..], Previous.Crc);
        BinaryPrimitives.WriteUInt64LittleEndian(header[SaltOffset..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(header[TimestampOffset..], Previous.TimestampMicros);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CrcOffset..], ComputeCrc(header));
    }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="bytes">The beginning of the file.</param>
    /// <param name="file">Its name, for the message.</param>
    /// <exception cref="LogDamagedException">It is no segment, of a newer format, or changed.</exception>
    public static SegmentHeader Read(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.Length < Size || !bytes[..Magic.Length].SequenceEqual(Magic))
            throw new LogDamagedException(file, 0, 0, "it does not begin like a segment of this log");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionOffset..]);
        if (version != Version)
            throw new UnsupportedFormatException($"{file} has log format version {version}; this version reads {Version}. Start a newer version of the program on it.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcOffset..]) != ComputeCrc(bytes[..Size]))
            throw new LogDamagedException(file, 0, 0, "its header was changed");
        var position = new LogPosition(
            new Epoch(BinaryPrimitives.ReadUInt32LittleEndian(bytes[EpochOffset..])),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[IndexOffset..]) - 1);
        var previous = new LogTail(
            position,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[PreviousOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[TimestampOffset..]));
        return new SegmentHeader(HistoryId.Read(bytes[HistoryOffset..]), previous, BinaryPrimitives.ReadUInt64LittleEndian(bytes[SaltOffset..]));
    }

    private static uint ComputeCrc(ReadOnlySpan<byte> header) =>
        Crc32C.End(Crc32C.Continue(Crc32C.Begin(header[..CrcOffset]), header[HistoryOffset..]));
}
