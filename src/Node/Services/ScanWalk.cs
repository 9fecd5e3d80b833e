using Google.Protobuf;
using Replication.Core.Records;
using Replication.Protos.V1;
using Record = Replication.Core.Records.Record;

namespace Replication.Node.Services;

/// <summary>The records of a scan. The continuation is the last key sent.</summary>
internal sealed class ScanWalk : IRecordWalk
{
    private readonly ByteString _prefix;
    private readonly ByteString _to;
    private readonly ByteString _behind;
    private OrderedIndexCursor _cursor;

    public ScanWalk(OrderedIndex records, ScanRequest request)
    {
        (_prefix, _to, _behind) = (request.Prefix, request.To, request.Continuation);
        var start = request.From.Span;
        if (start.SequenceCompareTo(_prefix.Span) < 0) start = _prefix.Span;
        if (start.SequenceCompareTo(_behind.Span) < 0) start = _behind.Span;
        _cursor = records.From(start);
    }

    public Record Current => _cursor.Current;

    public ByteString Continuation => ByteString.CopyFrom(_cursor.Current.Key);

    public bool MoveNext()
    {
        if (!_cursor.MoveNext()) return false;
        // Only the first one can be the last of the page before.
        if (!_behind.IsEmpty && _cursor.Current.Key.SequenceEqual(_behind.Span) && !_cursor.MoveNext()) return false;
        var key = _cursor.Current.Key;
        return key.StartsWith(_prefix.Span) && (_to.IsEmpty || key.SequenceCompareTo(_to.Span) < 0);
    }
}
