using System.Text.Json;
using Replication.Cli.Output;

namespace Replication.Cli.Documents;

/// <summary>
/// Each line is <c>{"key":…}</c> with the value as <c>value</c>, <c>text</c> or <c>base64</c>, as <c>export</c> and
/// <c>scan --json</c> write it; further fields are passed over.
/// </summary>
internal sealed class ExportedLines : ILineFormat
{
    internal const string Key = "key";

    public ImportedRecord Parse(in Line line)
    {
        var (number, text) = (line.Number, line.Text);
        return JsonLine.Read(line, (ref Utf8JsonReader reader) => Read(ref reader, text, number));
    }

    private static ImportedRecord Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line, long number)
    {
        string? key = null;
        ReadOnlyMemory<byte>? value = null;
        var opaque = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            reader.Read();
            if (field is ValueJson.Value or ValueJson.Text or ValueJson.Base64 && value is not null)
                throw new BadLineException(number, "it has more than one value: use one of 'value', 'text' and 'base64', once.");
            switch (field)
            {
                case Key:
                    if (key is not null) throw new BadLineException(number, "the field 'key' stands there twice.");
                    key = Text(ref reader, Key, number);
                    break;
                case ValueJson.Value:
                    value = Verbatim(ref reader, line);
                    break;
                case ValueJson.Text:
                    value = System.Text.Encoding.UTF8.GetBytes(Text(ref reader, ValueJson.Text, number));
                    break;
                case ValueJson.Base64:
                    value = Bytes(ref reader, number);
                    opaque = true;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        if (string.IsNullOrEmpty(key)) throw new BadLineException(number, "there is no field 'key', or it is empty. Name the key's field with --key when each line is a document.");
        return new ImportedRecord(number, key, value ?? throw new BadLineException(number, "there is none of the fields 'value', 'text' and 'base64'."), opaque);
    }

    private static string Text(ref Utf8JsonReader reader, string field, long number) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new BadLineException(number, $"the field '{field}' is no text.");

    private static byte[] Bytes(ref Utf8JsonReader reader, long number) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes)
            ? bytes
            : throw new BadLineException(number, "the field 'base64' is no base64.");

    // Exactly the bytes that stand there.
    private static ReadOnlyMemory<byte> Verbatim(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return line[start..(int)reader.BytesConsumed];
    }
}
