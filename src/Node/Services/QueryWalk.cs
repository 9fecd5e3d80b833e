using Google.Protobuf;
using Replication.Core.Indexes;
using Replication.Core.Records;

namespace Replication.Node.Services;

/// <summary>The records of a query.</summary>
internal sealed class QueryWalk(IndexQuery query) : IRecordWalk
{
    public Record Current => query.Current;

    public ByteString Continuation => UnsafeByteOperations.UnsafeWrap(query.Continuation);

    public bool MoveNext() => query.MoveNext();
}
