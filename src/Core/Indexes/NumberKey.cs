using System.Buffers;
using System.Buffers.Binary;

namespace Replication.Core.Indexes;

/// <summary>
/// Numbers as bytes in their order, exactly as JSON writes them: 1, 1.0 and 10e-1 are the same, and integers beyond 2^53 are
/// told apart.
/// </summary>
/// <remarks>
/// A number is ±0.d₁d₂… × 10^e with d₁ ≠ 0 and no zeros at the end: a byte for its sign, e (4 bytes, big-endian, 2^31 added), two
/// digits a byte plus 1, and 00; of a negative one every byte behind the first is inverted. Digits beyond the first
/// <see cref="MaxDigits"/> are left out, and e beyond ±<see cref="MaxExponent"/> counts as that: such numbers are equal.
/// </remarks>
internal static class NumberKey
{
    public const int MaxDigits = 1000;
    public const int MaxExponent = 1_000_000_000;

    private const byte Negative = 0x30;
    private const byte Zero = 0x31;
    private const byte Positive = 0x32;
    private const int DigitsAt = 1 + sizeof(uint);

    /// <summary>Writes a number.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="text">A JSON number.</param>
    public static void Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        Span<byte> digits = stackalloc byte[MaxDigits + 1];
        var isNegative = text[0] == '-';
        var count = Read(isNegative ? text[1..] : text, digits, out var exponent);
        if (count == 0)
        {
            IndexKey.WriteKind(writer, Zero);
            return;
        }
        var room = writer.GetSpan(DigitsAt + (MaxDigits / 2) + 1);
        room[0] = isNegative ? Negative : Positive;
        BinaryPrimitives.WriteUInt32BigEndian(room[1..], (uint)(exponent + (1L << 31)));
        var at = DigitsAt;
        digits[count] = 0;
        for (var i = 0; i < count; i += 2) room[at++] = (byte)((digits[i] * 10) + digits[i + 1] + 1);
        room[at++] = 0;
        if (isNegative)
            foreach (ref var value in room[1..at]) value = (byte)~value;
        writer.Advance(at);
    }

    /// <summary>How many bytes of an entry are the number.</summary>
    public static int LengthIn(ReadOnlySpan<byte> entry)
    {
        if (entry[0] == Zero) return 1;
        var end = entry.Length <= DigitsAt ? -1 : entry[DigitsAt..].IndexOf(entry[0] == Negative ? (byte)0xFF : (byte)0);
        return end < 0 ? entry.Length : DigitsAt + end + 1;
    }

    // The significant digits, and how many of them stand before the point (negative: zeros behind it).
    private static int Read(ReadOnlySpan<byte> text, Span<byte> digits, out long exponent)
    {
        var e = text.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = e < 0 ? text : text[..e];
        exponent = e < 0 ? 0 : ReadExponent(text[(e + 1)..]);
        var (count, isSignificant, isBehindPoint) = (0, false, false);
        foreach (var character in mantissa)
        {
            if (character == '.')
            {
                isBehindPoint = true;
                continue;
            }
            isSignificant |= character != '0';
            if (isSignificant && !isBehindPoint) exponent++;
            if (!isSignificant && isBehindPoint) exponent--;
            if (isSignificant && count < MaxDigits) digits[count++] = (byte)(character - '0');
        }
        exponent = Math.Clamp(exponent, -MaxExponent, MaxExponent);
        while (count > 0 && digits[count - 1] == 0) count--;
        return count;
    }

    private static long ReadExponent(ReadOnlySpan<byte> text)
    {
        var exponent = 0L;
        foreach (var character in text)
            if (character is >= (byte)'0' and <= (byte)'9' && exponent <= MaxExponent)
                exponent = (exponent * 10) + (character - '0');
        return text[0] == '-' ? -exponent : exponent;
    }
}
