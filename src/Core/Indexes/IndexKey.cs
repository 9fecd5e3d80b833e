using System.Buffers;
using System.Security.Cryptography;

namespace Replication.Core.Indexes;

/// <summary>
/// Values as bytes whose order is the order of the values: null, false, true, numbers, strings. No value's bytes begin with
/// those of another one, so that an entry, a value's bytes and then a record's key, can be taken apart.
/// </summary>
/// <remarks>
/// A string is its UTF-8 with FF behind each 00, then 00 01. One of more than <see cref="MaxStringBytes"/> is its beginning, then
/// 00 02 and the SHA-256 of all of it: equal strings are found, and among those with the same beginning the order is that of the
/// hashes. Numbers: <see cref="NumberKey"/>.
/// </remarks>
internal static class IndexKey
{
    /// <summary>Bytes of a string that are compared; what is longer counts as its beginning and a hash.</summary>
    public const int MaxStringBytes = 1024;

    public const byte Null = 0x10;
    public const byte False = 0x20;
    public const byte True = 0x21;
    public const byte String = 0x40;

    /// <summary>Above every byte of a record's key and of a string: ends a range behind all that begins with the bytes before it.</summary>
    public const byte Above = 0xFF;

    private const byte KindMask = 0xF0;
    private const byte Escaped = 0xFF;
    private const byte WholeEnd = 0x01;
    private const byte CutEnd = 0x02;

    /// <summary>Writes a value that has no more to it than its kind.</summary>
    public static void WriteKind(IBufferWriter<byte> writer, byte kind)
    {
        writer.GetSpan(1)[0] = kind;
        writer.Advance(1);
    }

    /// <summary>Writes a string.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="utf8">Without the escapes of JSON.</param>
    public static void WriteString(IBufferWriter<byte> writer, ReadOnlySpan<byte> utf8)
    {
        var isCut = utf8.Length > MaxStringBytes;
        WriteStringStart(writer, isCut ? utf8[..MaxStringBytes] : utf8);
        var end = writer.GetSpan(2 + SHA256.HashSizeInBytes);
        end[0] = 0;
        end[1] = isCut ? CutEnd : WholeEnd;
        if (isCut) SHA256.HashData(utf8, end[2..]);
        writer.Advance(isCut ? 2 + SHA256.HashSizeInBytes : 2);
    }

    /// <summary>Writes what all strings with this beginning begin with.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="utf8">At most <see cref="MaxStringBytes"/>.</param>
    public static void WriteStringStart(IBufferWriter<byte> writer, ReadOnlySpan<byte> utf8)
    {
        var room = writer.GetSpan(1 + (2 * utf8.Length));
        var at = 0;
        room[at++] = String;
        foreach (var value in utf8)
        {
            room[at++] = value;
            if (value == 0) room[at++] = Escaped;
        }
        writer.Advance(at);
    }

    /// <summary>The lowest first byte of values of the same kind.</summary>
    public static byte FirstOf(byte kind) => (byte)(kind & KindMask);

    /// <summary>The highest first byte of values of the same kind.</summary>
    public static byte LastOf(byte kind) => (byte)(kind | 0x0F);

    /// <summary>How many bytes of an entry are the value; the others are the record's key. All of them when the entry is none: its memory changed.</summary>
    public static int LengthIn(ReadOnlySpan<byte> entry)
    {
        var length = entry[0] switch
        {
            Null or False or True => 1,
            String => LengthOfString(entry),
            _ => NumberKey.LengthIn(entry),
        };
        return Math.Min(length, entry.Length);
    }

    private static int LengthOfString(ReadOnlySpan<byte> entry)
    {
        var at = 1;
        while (at < entry.Length && entry[at..].IndexOf((byte)0) is var zero and >= 0)
        {
            at += zero + 2;
            if (at > entry.Length || entry[at - 1] == Escaped) continue;
            return at + (entry[at - 1] == CutEnd ? SHA256.HashSizeInBytes : 0);
        }
        return entry.Length;
    }
}
