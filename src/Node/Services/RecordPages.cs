using Google.Protobuf;
using Replication.Protos.V1;

namespace Replication.Node.Services;

/// <summary>Cuts a walk over records into pages of bounded size.</summary>
internal sealed class RecordPages(IRecordWalk walk, ulong limit)
{
    private const int PageBytes = 64 * 1024;

    private ulong _left = limit == 0 ? ulong.MaxValue : limit;
    private bool _pending = walk.MoveNext();

    /// <summary>Fills the next page; true when there is another.</summary>
    public bool Next(ScanResponse page, Func<long, Position> positionOf)
    {
        var last = ByteString.Empty;
        for (var bytes = 0; _pending && _left > 0 && bytes < PageBytes; _left--)
        {
            var record = walk.Current;
            page.Records.Add(new Record
            {
                Key = ByteString.CopyFrom(record.Key),
                Value = ByteString.CopyFrom(record.Value),
                Written = positionOf(record.Index),
            });
            bytes += record.Key.Length + record.Value.Length;
            if (_left == 1) last = walk.Continuation;
            _pending = walk.MoveNext();
        }
        if (_pending && _left == 0) page.Continuation = last;
        return _pending && _left > 0;
    }
}
