using System.Runtime.CompilerServices;
using Replication.Core.IO;
using Replication.Core.Records.Memory;

namespace Replication.Core.Records;

/// <summary>
/// One version of one record, in memory outside the managed heap. It is readable as long as what it was found through: the
/// <see cref="ReadView"/> or <see cref="ReadGuard"/> must not be disposed of before the last use. The default is no record.
/// </summary>
public readonly unsafe ref struct Record
{
    // index i64, value length i32, key length u16, unused u16, key, value
    private const int HeaderBytes = 16;
    private const int ValueLengthOffset = 8;
    private const int KeyLengthOffset = 12;

    private readonly byte* _address;

    internal Record(nint address) => _address = (byte*)address;

    /// <summary>Whether there is one.</summary>
    public bool Exists => _address is not null;

    /// <summary>UTF-8, 1 to 1,024 bytes.</summary>
    public ReadOnlySpan<byte> Key => KeyOf((nint)_address);

    /// <summary>The bytes put.</summary>
    public ReadOnlySpan<byte> Value => new(_address + HeaderBytes + *(ushort*)(_address + KeyLengthOffset), *(int*)(_address + ValueLengthOffset));

    /// <summary>Index of the entry that wrote this version.</summary>
    public long Index => *(long*)_address;

    internal nint Address => (nint)_address;

    /// <summary>The key of a record, or of a separator of a branch, which is laid out like a record without a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ReadOnlySpan<byte> KeyOf(nint address)
    {
        var at = (byte*)address;
        return new ReadOnlySpan<byte>(at + HeaderBytes, *(ushort*)(at + KeyLengthOffset));
    }

    /// <summary>Bytes of a block for a record.</summary>
    internal static int BytesFor(int keyLength, int valueLength) => HeaderBytes + keyLength + valueLength;

    /// <summary>Writes a record into a new block.</summary>
    [MethodImpl(Jit.AtOnce)]
    internal static nint Write(RecordMemory memory, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index)
    {
        var at = (byte*)memory.Allocate(BytesFor(key.Length, value.Length));
        *(long*)at = index;
        *(int*)(at + ValueLengthOffset) = value.Length;
        *(int*)(at + KeyLengthOffset) = key.Length;
        key.CopyTo(new Span<byte>(at + HeaderBytes, key.Length));
        value.CopyTo(new Span<byte>(at + HeaderBytes + key.Length, value.Length));
        return (nint)at;
    }
}
