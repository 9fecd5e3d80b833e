using System.Buffers.Binary;
using System.Numerics;

namespace Replication.Core.Records;

/// <summary>
/// SipHash-2-4 with a 128-bit answer, over pieces. Source: J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input
/// PRF", 2012, and the 128-bit variant of the authors' reference implementation, whose vectors the tests hold.
/// </summary>
public struct SipHash128
{
    private ulong _v0;
    private ulong _v1;
    private ulong _v2;
    private ulong _v3;
    private ulong _pending;
    private int _length;

    /// <summary>Begins a hash under a key of two words.</summary>
    public SipHash128(ulong key0, ulong key1)
    {
        _v0 = key0 ^ 0x736f6d6570736575;
        _v1 = key1 ^ 0x646f72616e646f6d ^ 0xee;
        _v2 = key0 ^ 0x6c7967656e657261;
        _v3 = key1 ^ 0x7465646279746573;
    }

    /// <summary>Hashes more bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && (_length & 7) != 0)
        {
            AppendByte(bytes[0]);
            bytes = bytes[1..];
        }
        while (bytes.Length >= sizeof(ulong))
        {
            Compress(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            _length += sizeof(ulong);
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var value in bytes) AppendByte(value);
    }

    /// <summary>The answer; the hash cannot go on.</summary>
    public UInt128 Finish()
    {
        Compress(_pending | ((ulong)(byte)_length << 56));
        _v2 ^= 0xee;
        for (var i = 0; i < 4; i++) Round();
        var lower = _v0 ^ _v1 ^ _v2 ^ _v3;
        _v1 ^= 0xdd;
        for (var i = 0; i < 4; i++) Round();
        return new UInt128(_v0 ^ _v1 ^ _v2 ^ _v3, lower);
    }

    private void AppendByte(byte value)
    {
        _pending |= (ulong)value << (8 * (_length++ & 7));
        if ((_length & 7) != 0) return;
        Compress(_pending);
        _pending = 0;
    }

    private void Compress(ulong word)
    {
        _v3 ^= word;
        Round();
        Round();
        _v0 ^= word;
    }

    private void Round()
    {
        _v0 += _v1;
        _v2 += _v3;
        _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
        _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
        _v0 = BitOperations.RotateLeft(_v0, 32);
        _v2 += _v1;
        _v0 += _v3;
        _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
        _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
        _v2 = BitOperations.RotateLeft(_v2, 32);
    }
}
