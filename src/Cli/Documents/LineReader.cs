using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Replication.Cli.Documents;

/// <summary>Takes a stream apart into lines; empty ones are passed over, and so is a byte order mark.</summary>
internal static class LineReader
{
    /// <summary>Bytes of a line at most: more than any value that a node can be set to take, in base64.</summary>
    internal const int MaxLineBytes = 128 * 1024 * 1024;

    private const int BufferBytes = 256 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    internal static async IAsyncEnumerable<Line> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        var (number, end) = (0L, 0L);
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            var buffer = read.Buffer;
            while (TakeLine(ref buffer, read.IsCompleted, out var taken))
            {
                end += taken.Length;
                if (Trim(taken.ToArray(), ++number) is { Length: > 0 } text) yield return new Line(number, text, end);
            }
            if (buffer.Length > MaxLineBytes) throw new BadLineException(number + 1, $"it is longer than {MaxLineBytes} bytes");
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted) break;
        }
        await reader.CompleteAsync();
    }

    private static bool TakeLine(ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        line = buffer;
        if (buffer.PositionOf((byte)'\n') is { } lineEnd)
        {
            line = buffer.Slice(0, buffer.GetPosition(1, lineEnd));
            buffer = buffer.Slice(line.End);
            return true;
        }
        if (!isLast || buffer.IsEmpty) return false;
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private static ReadOnlyMemory<byte> Trim(byte[] line, long number)
    {
        var text = line.AsMemory();
        if (number == 1 && text.Span.StartsWith(ByteOrderMark)) text = text[ByteOrderMark.Length..];
        return text.Trim(" \t\r\n"u8);
    }
}
