using System.Text.Json;
using Replication.Core.Transactions;

namespace Replication.Cli.Output;

/// <summary>
/// Values inside JSON answers. JSON.md describes both forms. To show: <c>value</c> is the document, on one line, or
/// <c>base64</c> the bytes when they are no JSON. To keep, byte for byte: <c>value</c> is the document verbatim,
/// <c>text</c> a string that holds a document which cannot stand verbatim inside a line, <c>base64</c> opaque bytes.
/// </summary>
internal static class ValueJson
{
    internal const string Value = "value";
    internal const string Text = "text";
    internal const string Base64 = "base64";

    /// <summary>Writes a value for someone to read.</summary>
    internal static void Show(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (JsonText.Violation(value) is not null)
        {
            json.WriteBase64String(Base64, value);
            return;
        }
        json.WritePropertyName(Value);
        if (StandsInALine(value)) json.WriteRawValue(value, skipInputValidation: true);
        else json.WriteRawValue(Compact(value), skipInputValidation: true);
    }

    /// <summary>Writes a value so that an import brings back exactly the same bytes.</summary>
    internal static void Keep(Utf8JsonWriter json, ReadOnlySpan<byte> value, bool opaque)
    {
        if (opaque || JsonText.Violation(value) is not null)
        {
            json.WriteBase64String(Base64, value);
        }
        else if (StandsInALine(value))
        {
            json.WritePropertyName(Value);
            json.WriteRawValue(value, skipInputValidation: true);
        }
        else
        {
            json.WriteString(Text, value);
        }
    }

    private static bool StandsInALine(ReadOnlySpan<byte> document) =>
        !document.ContainsAny((byte)'\n', (byte)'\r') && !IsSpace(document[0]) && !IsSpace(document[^1]);

    // A valid document without the white space between its tokens; everything else stays as it was written.
    private static byte[] Compact(ReadOnlySpan<byte> document)
    {
        var compact = new byte[document.Length];
        var (length, inString, escaped) = (0, false, false);
        foreach (var character in document)
        {
            if (!inString && IsSpace(character)) continue;
            compact[length++] = character;
            if (!escaped && character == '"') inString = !inString;
            escaped = !escaped && inString && character == '\\';
        }
        return compact[..length];
    }

    private static bool IsSpace(byte character) => character is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';
}
