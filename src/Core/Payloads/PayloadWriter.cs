using System.Buffers.Binary;
using System.Numerics;

namespace Replication.Core.Payloads;

/// <summary>
/// Writes protobuf fields into a span of the exact size. Zero and empty values are left out, as proto3 does.
/// The encoding: https://protobuf.dev/programming-guides/encoding/.
/// </summary>
public ref struct PayloadWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _at;

    /// <summary>Bytes written so far.</summary>
    public readonly int Written => _at;

    /// <summary>Bytes of a varint.</summary>
    public static int SizeOfVarint(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Bytes of a length-delimited field with a tag of one byte; 0 when it is empty.</summary>
    public static int SizeOfBytes(int length) => length == 0 ? 0 : SizeOfMessage(length);

    /// <summary>Bytes of a message field with a tag of one byte, the empty message included.</summary>
    public static int SizeOfMessage(int length) => 1 + SizeOfVarint((ulong)length) + length;

    /// <summary>Bytes of a varint field with a tag of one byte; 0 when it is zero.</summary>
    public static int SizeOfNumber(ulong value) => value == 0 ? 0 : 1 + SizeOfVarint(value);

    /// <summary>A varint field.</summary>
    public void Number(int field, ulong value)
    {
        if (value == 0) return;
        Tag(field, WireType.Varint);
        Varint(value);
    }

    /// <summary>A length-delimited field.</summary>
    public void Bytes(int field, scoped ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        Message(field, value.Length);
        Raw(value);
    }

    /// <summary>The tag and length of a message whose content is written next.</summary>
    public void Message(int field, int length)
    {
        Tag(field, WireType.LengthDelimited);
        Varint((ulong)length);
    }

    /// <summary>A fixed64 field.</summary>
    public void Fixed64(int field, ulong value)
    {
        if (value == 0) return;
        Tag(field, WireType.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[_at..], value);
        _at += sizeof(ulong);
    }

    /// <summary>A fixed32 field.</summary>
    public void Fixed32(int field, uint value)
    {
        if (value == 0) return;
        Tag(field, WireType.Fixed32);
        BinaryPrimitives.WriteUInt32LittleEndian(_destination[_at..], value);
        _at += sizeof(uint);
    }

    /// <summary>Bytes without tag or length.</summary>
    public void Raw(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(_destination[_at..]);
        _at += value.Length;
    }

    private void Tag(int field, WireType type) => Varint(((ulong)field << 3) | (ulong)type);

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[_at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _destination[_at++] = (byte)value;
    }
}
