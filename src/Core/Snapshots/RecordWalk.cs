using Replication.Core.IO;
using Replication.Core.Records;

namespace Replication.Core.Snapshots;

/// <summary>Walks all records of a state, in the order of collections and keys, a chunk at a time. For one thread, while a view of the state is open.</summary>
/// <param name="state">What is walked.</param>
/// <param name="chunkBytes">A chunk is closed once it has so many bytes.</param>
internal sealed class RecordWalk(DatabaseState state, int chunkBytes)
{
    private const int RecordsAtATime = 128;

    private readonly IEnumerator<Collection> _collections = state.Collections.Values.GetEnumerator();
    private OrderedIndexCursor _records;
    private Collection? _open;
    private bool _ended;

    /// <summary>Of the collections so far and what belongs to them, without their records.</summary>
    public StateDigest Collections { get; private set; } = StateDigest.Empty;

    /// <summary>Copies the records of the next chunk.</summary>
    /// <returns>False when there are none left, and nothing was copied.</returns>
    public bool Fill(ChunkBuilder chunk)
    {
        if (_ended) return false;
        if (_open is { } open) chunk.GoOn(open);
        while (true)
        {
            while (_records.MoveNext())
            {
                chunk.Add(_records.Current);
                if (chunk.Records % RecordsAtATime == 0) LowPriorityThread.Cede();
                if (chunk.Size >= chunkBytes) return true;
            }
            if (_collections.MoveNext())
            {
                Open(_collections.Current, chunk);
                continue;
            }
            _ended = true;
            return true;
        }
    }

    private void Open(Collection collection, ChunkBuilder chunk)
    {
        _open = collection;
        _records = collection.Records.From([]);
        chunk.Open(collection);
        Collections = Collections.WithCollection(collection);
    }
}
