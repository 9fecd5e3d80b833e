using System.Buffers.Binary;

namespace Replication.Core.Log;

/// <summary>What stands where a frame was expected.</summary>
public enum FrameReading
{
    /// <summary>A frame whose crc is right.</summary>
    Frame,
    /// <summary>A length of zero: the end of the log.</summary>
    End,
    /// <summary>The bytes end inside the frame.</summary>
    Incomplete,
    /// <summary>The length cannot be one.</summary>
    BadLength,
    /// <summary>The bytes are not those that were written.</summary>
    BadCrc,
}

/// <summary>Takes frames off a run of bytes and checks each one by itself.</summary>
public static class FrameReader
{
    /// <summary>Reads the frame at the beginning of the bytes; nothing is allocated by a claimed length.</summary>
    public static FrameReading TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        if (bytes.Length < sizeof(int)) return FrameReading.Incomplete;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length == 0) return FrameReading.End;
        if (length is < FrameHeader.Size or > FrameHeader.MaxFrameLength) return FrameReading.BadLength;
        if (bytes.Length < length) return FrameReading.Incomplete;
        header = FrameHeader.Read(bytes);
        return FrameHeader.ComputeCrc(bytes[..length]) == header.Crc ? FrameReading.Frame : FrameReading.BadCrc;
    }

    /// <summary>The payload of a frame.</summary>
    public static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> frame) => frame[FrameHeader.Size..];
}
