using Google.Protobuf;
using Replication.Core.Indexes;
using Replication.Protos.V1;
using Record = Replication.Protos.V1.Record;

namespace Replication.Node.Services;

/// <summary>Cuts the answer to a query into pages of bounded size, as long as its view is open.</summary>
internal sealed class QueryPages(IndexQuery query, ulong limit)
{
    private const int PageBytes = 64 * 1024;

    private ulong _left = limit == 0 ? ulong.MaxValue : limit;
    private bool _pending = query.MoveNext();

    /// <summary>Fills the next page; true when there is another.</summary>
    public bool Next(ScanResponse page, Func<long, Position> positionOf)
    {
        byte[] last = [];
        for (var bytes = 0; _pending && _left > 0 && bytes < PageBytes; _left--)
        {
            var record = query.Current;
            page.Records.Add(new Record
            {
                Key = ByteString.CopyFrom(record.Key),
                Value = ByteString.CopyFrom(record.Value),
                Written = positionOf(record.Index),
            });
            bytes += record.Key.Length + record.Value.Length;
            if (_left == 1) last = query.Continuation;
            _pending = query.MoveNext();
        }
        if (_pending && _left == 0) page.Continuation = UnsafeByteOperations.UnsafeWrap(last);
        return _pending && _left > 0;
    }
}
