using System.Globalization;
using System.Text;

namespace Replication.Core.Indexes;

/// <summary>
/// What a JSON string says, in UTF-8. Half a surrogate pair, which JSON can write and UTF-8 cannot, becomes the three bytes that
/// it would have if it could, so that two different strings stay different.
/// </summary>
internal static class JsonStringBytes
{
    private const int HexDigits = 4;

    /// <summary>Takes the escapes away.</summary>
    /// <param name="raw">A valid JSON string without its quotes.</param>
    /// <param name="destination">At least as long.</param>
    /// <returns>Bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        var written = 0;
        for (var at = 0; at < raw.Length; at++)
        {
            if (raw[at] != '\\')
            {
                destination[written++] = raw[at];
                continue;
            }
            if (raw[++at] == 'u')
            {
                var unit = Unit(raw[(at + 1)..]);
                at += HexDigits;
                if (char.IsHighSurrogate(unit) && LowBehind(raw[(at + 1)..]) is { } low)
                {
                    at += 2 + HexDigits;
                    written += new Rune(unit, low).EncodeToUtf8(destination[written..]);
                }
                else
                {
                    written += Write(unit, destination[written..]);
                }
                continue;
            }
            destination[written++] = raw[at] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                var itself => itself,
            };
        }
        return written;
    }

    private static char Unit(ReadOnlySpan<byte> digits) => (char)ushort.Parse(digits[..HexDigits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static char? LowBehind(ReadOnlySpan<byte> raw) =>
        raw.Length >= 2 + HexDigits && raw[0] == '\\' && raw[1] == 'u' && Unit(raw[2..]) is var unit && char.IsLowSurrogate(unit) ? unit : null;

    private static int Write(char unit, Span<byte> destination)
    {
        if (Rune.TryCreate(unit, out var rune)) return rune.EncodeToUtf8(destination);
        destination[0] = (byte)(0xE0 | (unit >> 12));
        destination[1] = (byte)(0x80 | ((unit >> 6) & 0x3F));
        destination[2] = (byte)(0x80 | (unit & 0x3F));
        return 3;
    }
}
