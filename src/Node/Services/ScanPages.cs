using Google.Protobuf;
using Replication.Core.Records;
using Replication.Protos.V1;
using Record = Replication.Protos.V1.Record;

namespace Replication.Node.Services;

/// <summary>Cuts a scan into pages of bounded size, as long as its view is open. The continuation is the last key sent.</summary>
internal sealed class ScanPages
{
    private const int PageBytes = 64 * 1024;

    private readonly ByteString _prefix;
    private readonly ByteString _to;
    private OrderedIndexCursor _cursor;
    private ulong _left;
    private bool _pending;

    public ScanPages(OrderedIndex records, ScanRequest request)
    {
        _prefix = request.Prefix;
        _to = request.To;
        _left = request.Limit == 0 ? ulong.MaxValue : request.Limit;
        var start = request.From.Span;
        if (start.SequenceCompareTo(_prefix.Span) < 0) start = _prefix.Span;
        if (start.SequenceCompareTo(request.Continuation.Span) < 0) start = request.Continuation.Span;
        _cursor = records.From(start);
        _pending = MoveNext();
        if (_pending && !request.Continuation.IsEmpty && _cursor.Current.Key.SequenceEqual(request.Continuation.Span)) _pending = MoveNext();
    }

    /// <summary>Fills the next page; true when there is another.</summary>
    public bool Next(ScanResponse page, Func<long, Position> positionOf)
    {
        for (var bytes = 0; _pending && _left > 0 && bytes < PageBytes; _left--)
        {
            var record = _cursor.Current;
            page.Records.Add(new Record
            {
                Key = ByteString.CopyFrom(record.Key),
                Value = ByteString.CopyFrom(record.Value),
                Written = positionOf(record.Index),
            });
            bytes += record.Key.Length + record.Value.Length;
            _pending = MoveNext();
        }
        if (_pending && _left == 0) page.Continuation = page.Records[^1].Key;
        return _pending && _left > 0;
    }

    private bool MoveNext()
    {
        if (!_cursor.MoveNext()) return false;
        var key = _cursor.Current.Key;
        return key.StartsWith(_prefix.Span) && (_to.IsEmpty || key.SequenceCompareTo(_to.Span) < 0);
    }
}
