using System.Buffers.Binary;
using System.Globalization;

namespace Replication.Core.Positions;

/// <summary>
/// The 128-bit name of a lineage, drawn at random when a database is made. Nodes of another lineage are refused.
/// </summary>
/// <param name="Value">Zero stands for "no history yet".</param>
public readonly record struct HistoryId(UInt128 Value)
{
    /// <summary>Bytes in files and messages, little-endian.</summary>
    public const int Size = 16;

    /// <summary>A node that has no history yet.</summary>
    public static HistoryId None => default;

    /// <summary>Reads 16 bytes, little-endian.</summary>
    public static HistoryId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128LittleEndian(source));

    /// <summary>Writes 16 bytes, little-endian.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128LittleEndian(destination, Value);

    /// <summary>The 16 bytes as a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
