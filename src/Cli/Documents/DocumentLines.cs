using System.Text;
using System.Text.Json;

namespace Replication.Cli.Documents;

/// <summary>Each line is a document and one of its fields is the key: <c>import --key FIELD</c>.</summary>
/// <param name="field">The field's name, on the first level.</param>
internal sealed class DocumentLines(string field) : ILineFormat
{
    public ImportedRecord Parse(in Line line)
    {
        var number = line.Number;
        var key = JsonLine.Read(line, (ref Utf8JsonReader reader) => FindKey(ref reader, number));
        return new ImportedRecord(line.Number, key, line.Text, Opaque: false);
    }

    private string FindKey(ref Utf8JsonReader reader, long line)
    {
        string? key = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = reader.ValueTextEquals(field);
            reader.Read();
            if (!isKey)
            {
                reader.Skip();
                continue;
            }
            if (key is not null) throw new BadLineException(line, $"the field '{field}' stands there twice.");
            key = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString()!,
                JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
                _ => throw new BadLineException(line, $"the field '{field}' is neither a text nor a number."),
            };
            if (key.Length == 0) throw new BadLineException(line, $"the field '{field}' is empty; a key has at least one character.");
        }
        return key ?? throw new BadLineException(line, $"there is no field '{field}'.");
    }
}
