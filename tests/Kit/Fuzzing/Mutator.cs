using System.Buffers.Binary;

namespace Replication.Kit.Fuzzing;

/// <summary>Makes wrong bytes of right ones, the same for the same seed.</summary>
/// <param name="seed">Decides everything.</param>
public sealed class Mutator(int seed)
{
    private const int MostChanges = 4;
    private const int MostExtension = 64;
    private static readonly long[] Extremes = [0, 1, 0x7F, 0x80, 0xFF, short.MaxValue, ushort.MaxValue, int.MaxValue, uint.MaxValue, long.MaxValue, long.MinValue, -1];

    private readonly Random _random = new(seed);

    /// <summary>One of the samples with one to four changes.</summary>
    public byte[] Next(IReadOnlyList<byte[]> samples)
    {
        var bytes = Any(samples);
        for (var changes = _random.Next(1, MostChanges + 1); changes > 0; changes--) bytes = Change(bytes, samples);
        return bytes;
    }

    /// <summary>Whether something is to be done that is done half of the time.</summary>
    public bool Perhaps() => _random.Next(2) == 0;

    private byte[] Any(IReadOnlyList<byte[]> samples) => [.. samples[_random.Next(samples.Count)]];

    private byte[] Change(byte[] bytes, IReadOnlyList<byte[]> samples)
    {
        if (bytes.Length == 0) return Any(samples);
        var at = _random.Next(bytes.Length);
        switch (_random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                var more = new byte[_random.Next(1, MostExtension)];
                _random.NextBytes(more);
                return [.. bytes, .. more];
            case 4:
                Number(bytes.AsSpan(at), Extremes[_random.Next(Extremes.Length)]);
                return bytes;
            case 5:
                return [.. bytes[..at], .. Varint((ulong)Extremes[_random.Next(Extremes.Length)]), .. bytes[Math.Min(bytes.Length, at + 1)..]];
            case 6:
                var other = Any(samples);
                return other.Length == 0 ? bytes : [.. bytes[..at], .. other[_random.Next(other.Length)..]];
            default:
                var part = bytes[at..Math.Min(bytes.Length, at + _random.Next(1, MostExtension))];
                return [.. bytes[..at], .. part, .. part, .. bytes[at..]];
        }
    }

    private void Number(Span<byte> at, long value)
    {
        if (at.Length >= sizeof(long) && Perhaps()) BinaryPrimitives.WriteInt64LittleEndian(at, value);
        else if (at.Length >= sizeof(int)) BinaryPrimitives.WriteInt32LittleEndian(at, unchecked((int)value));
        else at[0] = unchecked((byte)value);
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
