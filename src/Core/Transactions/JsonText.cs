using System.Text.Json;
using System.Text.Unicode;

namespace Replication.Core.Transactions;

/// <summary>Whether bytes are exactly one JSON document (RFC 8259) in valid UTF-8, nested at most 64 deep.</summary>
public static class JsonText
{
    /// <summary>Null when they are; otherwise one clause that says what is wrong and where.</summary>
    public static string? Violation(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text)) return "it is not valid UTF-8";
        try
        {
            var reader = new Utf8JsonReader(text);
            while (reader.Read())
            {
                // Reading is the check.
            }
            return null;
        }
        catch (JsonException malformed)
        {
            return $"it is no JSON at line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}";
        }
    }
}
