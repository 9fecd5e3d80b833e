using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Replication.Cli.Output;

/// <summary>Writes a command's answer to the output: bytes, lines, JSON lines and tables.</summary>
internal sealed class Answer(Terminal terminal)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    /// <summary>Writes bytes as they are.</summary>
    internal void Bytes(ReadOnlySpan<byte> bytes) => terminal.Output.Write(bytes);

    /// <summary>Writes a line of text.</summary>
    internal void Line(string text)
    {
        Bytes(Encoding.UTF8.GetBytes(text));
        Bytes("\n"u8);
    }

    /// <summary>Writes one JSON object on one line.</summary>
    internal void Json(Action<Utf8JsonWriter> write) => Json(terminal.Output, write);

    /// <summary>Writes one JSON object on one line to another stream.</summary>
    /// <returns>The bytes of the line.</returns>
    internal int Json(Stream destination, Action<Utf8JsonWriter> write)
    {
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer, JsonOptions))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        _buffer.Write("\n"u8);
        destination.Write(_buffer.WrittenSpan);
        return _buffer.WrittenCount;
    }

    /// <summary>Writes a table: drawn for a person, else lines of cells separated by tabs with the titles first.</summary>
    internal void Table(TableView table) => table.Write(terminal);

    /// <summary>A number as people read it.</summary>
    internal static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
