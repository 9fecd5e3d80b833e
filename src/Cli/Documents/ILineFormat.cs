using System.Text.Json;
using System.Text.Unicode;

namespace Replication.Cli.Documents;

/// <summary>How a line names a record.</summary>
internal interface ILineFormat
{
    /// <summary>The record.</summary>
    /// <exception cref="BadLineException">The line names none.</exception>
    ImportedRecord Parse(in Line line);
}

/// <summary>What both formats share: the line is one JSON object.</summary>
internal static class JsonLine
{
    // A document may be nested as deep as a node takes it, inside one more object.
    private const int MaxDepth = 65;

    internal delegate T Reading<out T>(ref Utf8JsonReader reader);

    /// <summary>Reads a line; whatever is wrong with its JSON names the line.</summary>
    internal static T Read<T>(in Line line, Reading<T> reading)
    {
        if (!Utf8.IsValid(line.Text.Span)) throw new BadLineException(line.Number, "it is not valid UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(line.Text.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw new BadLineException(line.Number, "it is no JSON object.");
            var result = reading(ref reader);
            while (reader.Read())
            {
                // Nothing may stand behind the object; the reader says so.
            }
            return result;
        }
        catch (JsonException malformed)
        {
            throw new BadLineException(line.Number, $"it is no JSON object (byte {malformed.BytePositionInLine + 1}).");
        }
        catch (InvalidOperationException)
        {
            throw new BadLineException(line.Number, "a text in it has half a surrogate pair.");
        }
    }
}
