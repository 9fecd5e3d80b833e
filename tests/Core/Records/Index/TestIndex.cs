using Replication.Core.Records;
using Replication.Core.Records.Memory;

namespace Replication.Core.Tests.Records.Index;

/// <summary>An index that is being changed, alone in a memory.</summary>
internal sealed class TestIndex
{
    public const long None = -1;

    private readonly OrderedIndexBuilder _builder;
    private long _newest;

    public TestIndex() => _builder = new OrderedIndexBuilder(Memory, default);

    public RecordMemory Memory { get; } = new();

    public long Count => _builder.Count;

    /// <summary>Writes a record; what stood there before, or <see cref="None"/>.</summary>
    public long Put(byte[] key, long index)
    {
        _newest = Math.Max(_newest, index);
        _builder.Put(key, [], index, out var replaced);
        return IndexOf(replaced);
    }

    public bool TryAppend(byte[] key, long index)
    {
        _newest = Math.Max(_newest, index);
        return _builder.TryAppend(key, [], index);
    }

    public long Remove(byte[] key) => IndexOf(_builder.Remove(key));

    public long Find(byte[] key) => IndexOf(_builder.Find(key));

    public OrderedIndexCursor From(byte[] key) => _builder.From(key);

    /// <summary>The index as it is now. Its memory is never used again, because nothing is settled.</summary>
    public OrderedIndex Freeze()
    {
        Memory.Freeze();
        _builder.BeginVersion();
        return _builder.IndexUpTo(_newest);
    }

    public static long IndexOf(Core.Records.Record record) => record.Exists ? record.Index : None;

    /// <summary>The numbers of all records of a frozen index in key order.</summary>
    public List<long> All(OrderedIndex index)
    {
        var found = new List<long>();
        for (var cursor = index.From([]); cursor.MoveNext();) found.Add(cursor.Current.Index);
        GC.KeepAlive(Memory); // an index alone does not
        return found;
    }
}
