using System.Buffers;
using System.Text;

namespace Replication.Core.Indexes;

/// <summary>A request as a range of entries.</summary>
public sealed class IndexBounds
{
    private IndexBounds(byte[] start, byte[] end) => (Start, End) = (start, end);

    /// <summary>The first entry is at or behind it.</summary>
    internal byte[] Start { get; }

    /// <summary>All entries are before it.</summary>
    internal byte[] End { get; }

    /// <summary>Makes a range of a request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="bounds">Null when the request is wrong.</param>
    /// <returns>Null; otherwise one clause that says what is wrong.</returns>
    public static string? TryCreate(IndexRequest request, out IndexBounds? bounds)
    {
        bounds = null;
        var isRange = request.From is not null || request.To is not null;
        if ((request.EqualTo is null ? 0 : 1) + (isRange ? 1 : 0) + (request.Prefix is null ? 0 : 1) > 1) return "it asks for more than one of a value, a range and a prefix";
        if ((request.EqualTo?.Violation ?? request.From?.Violation ?? request.To?.Violation) is { } violation) return violation;
        if (IsLong(request.From) || IsLong(request.To) || (request.Prefix is { } prefix && Encoding.UTF8.GetByteCount(prefix) > IndexKey.MaxStringBytes))
            return $"a bound has more than {IndexKey.MaxStringBytes} bytes";
        bounds = request switch
        {
            { EqualTo: { } value } => new IndexBounds(Bytes(value), [.. Bytes(value), IndexKey.Above]),
            { Prefix: { } start } => OfPrefix(start),
            _ => OfRange(request),
        };
        return null;
    }

    private static IndexBounds OfPrefix(string prefix)
    {
        var start = new ArrayBufferWriter<byte>();
        IndexKey.WriteStringStart(start, Encoding.UTF8.GetBytes(prefix));
        return new IndexBounds(start.WrittenSpan.ToArray(), [.. start.WrittenSpan, IndexKey.Above]);
    }

    private static IndexBounds OfRange(IndexRequest request)
    {
        byte[] start = request.From switch
        {
            { } from => request.IsFromExclusive ? [.. Bytes(from), IndexKey.Above] : Bytes(from),
            null => request.To is { } only ? [IndexKey.FirstOf(Bytes(only)[0])] : [],
        };
        byte[] end = request.To switch
        {
            { } to => request.IsToInclusive ? [.. Bytes(to), IndexKey.Above] : Bytes(to),
            null => request.From is { } only ? [IndexKey.LastOf(Bytes(only)[0]), IndexKey.Above] : [IndexKey.Above],
        };
        return new IndexBounds(start, end);
    }

    private static bool IsLong(IndexValue? value) => value is { Kind: IndexValueKind.Text } text && Encoding.UTF8.GetByteCount(text.Text) > IndexKey.MaxStringBytes;

    private static byte[] Bytes(IndexValue value)
    {
        var writer = new ArrayBufferWriter<byte>();
        value.Write(writer);
        return writer.WrittenSpan.ToArray();
    }
}
