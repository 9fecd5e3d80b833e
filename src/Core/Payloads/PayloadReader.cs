using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Replication.Core.IO;

namespace Replication.Core.Payloads;

/// <summary>
/// Reads protobuf fields from a span without allocating. Fields that the caller does not know are passed over.
/// Every length is checked against the bytes that are there.
/// </summary>
public ref struct PayloadReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;

    /// <summary>Number of the field last read.</summary>
    public int Field { get; private set; }

    /// <summary>Its value when it is a number of any width.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its value when it is length-delimited.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Where <see cref="Bytes"/> begins in the source.</summary>
    public int BytesOffset { get; private set; }

    /// <summary>Moves to the next field; false at the end.</summary>
    /// <exception cref="MalformedPayloadException">The bytes are no message.</exception>
    [MethodImpl(Jit.AtOnce)]
    public bool Next()
    {
        if (_at == _source.Length) return false;
        var tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue) throw new MalformedPayloadException("a field has no number");
        Field = (int)(tag >> 3);
        Number = 0;
        Bytes = default;
        switch ((WireType)(tag & 7))
        {
            case WireType.Varint:
                Number = Varint();
                break;
            case WireType.Fixed64:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case WireType.Fixed32:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            case WireType.LengthDelimited:
                var length = Varint();
                BytesOffset = _at;
                Bytes = Take(length);
                break;
            default:
                throw new MalformedPayloadException($"field {Field} has an encoding that is not used");
        }
        return true;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_source.Length - _at)) throw new MalformedPayloadException("a field is longer than the message");
        var taken = _source.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }

    private ulong Varint() => _at < _source.Length && _source[_at] < 0x80 ? _source[_at++] : LongVarint();

    private ulong LongVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_at == _source.Length) throw new MalformedPayloadException("a number is cut short");
            var next = _source[_at++];
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new MalformedPayloadException("a number has too many bytes");
    }
}
