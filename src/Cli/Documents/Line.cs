namespace Replication.Cli.Documents;

/// <summary>A line of a file.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Text">Without its end and without white space around it.</param>
/// <param name="End">Bytes of the file up to and with this line.</param>
internal readonly record struct Line(long Number, ReadOnlyMemory<byte> Text, long End);

/// <summary>A record that a line asks for.</summary>
/// <param name="Line">The line's number.</param>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Opaque">Whether the value belongs into a collection for bytes.</param>
internal sealed record ImportedRecord(long Line, string Key, ReadOnlyMemory<byte> Value, bool Opaque);

/// <summary>A line that cannot be imported.</summary>
/// <param name="line">Its number.</param>
/// <param name="what">What is wrong, one clause.</param>
internal sealed class BadLineException(long line, string what) : Exception($"Line {line}: {what}")
{
    internal long Line => line;
}
