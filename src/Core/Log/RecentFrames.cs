namespace Replication.Core.Log;

/// <summary>
/// The newest synced frames in memory: one copy, from which every live session sends. Blocks are used again when nobody
/// reads from them any more. Thread-safe: one thread appends, any number read.
/// </summary>
/// <param name="bytes">How much is kept, in blocks of <see cref="BlockBytes"/>; at least one block.</param>
public sealed class RecentFrames(int bytes)
{
    /// <summary>Bytes of a block. A larger batch is not kept: whoever wants it reads it from the disk.</summary>
    public const int BlockBytes = 1024 * 1024;

    /// <summary>Bytes of one run at most, unless a single batch is larger.</summary>
    public const int RunBytes = 256 * 1024;

    private readonly int _most = Math.Max(1, bytes / BlockBytes);
    private readonly Lock _gate = new();
    private readonly LinkedList<Block> _blocks = [];

    /// <summary>Keeps a batch that is synced. One that does not follow the last one begins anew.</summary>
    public void Append(LogBatch batch)
    {
        var frames = batch.Frames.Span;
        lock (_gate)
        {
            if (_blocks.Last?.Value.LastIndex + 1 != batch.First.Index || frames.Length > BlockBytes) _blocks.Clear();
            if (frames.Length > BlockBytes) return;
            if (_blocks.Last is not { Value: var block } || !block.HasRoomFor(frames.Length)) _blocks.AddLast(block = TakeBlock());
            block.Append(frames, batch.First.Index, batch.After.Index);
        }
    }

    /// <summary>Whole batches from an index on.</summary>
    /// <param name="index">The first entry wanted; has to begin a batch, as whatever a session has not sent yet does.</param>
    /// <param name="limit">The last entry allowed.</param>
    /// <param name="run">The frames; theirs until the lease is disposed of.</param>
    /// <returns>Null when they are not here: then they are on the disk.</returns>
    public IDisposable? TryRead(long index, long limit, out FrameRun run)
    {
        lock (_gate)
        {
            for (var node = _blocks.Last; node is not null; node = node.Previous)
                if (node.Value.FirstIndex <= index)
                    return node.Value.TryRead(index, limit, out run);
        }
        run = default;
        return null;
    }

    /// <summary>Bytes of the frames from an index on; null when that index does not begin a batch here.</summary>
    public long? BytesFrom(long index)
    {
        lock (_gate)
        {
            var behind = 0L;
            for (var node = _blocks.Last; node is not null; node = node.Previous)
            {
                if (node.Value.FirstIndex <= index) return behind + node.Value.BytesFrom(index);
                behind += node.Value.Bytes;
            }
            return null;
        }
    }

    // Under the lock. The oldest makes room; if somebody still reads from it, it is left to the collector.
    private Block TakeBlock()
    {
        if (_blocks.Count < _most) return new Block();
        var oldest = _blocks.First!.Value;
        _blocks.RemoveFirst();
        return oldest.Restart() ? oldest : new Block();
    }

    /// <summary>Some batches, one behind the other.</summary>
    private sealed class Block : IDisposable
    {
        private readonly byte[] _bytes = new byte[BlockBytes];
        private readonly List<(long FirstIndex, int Offset)> _batches = [];
        private int _end;
        private int _readers;

        public long FirstIndex => _batches[0].FirstIndex;

        public long LastIndex { get; private set; }

        public int Bytes => _end;

        public bool HasRoomFor(int length) => _bytes.Length - _end >= length;

        /// <summary>Empties it; false while somebody reads from it.</summary>
        public bool Restart()
        {
            if (Volatile.Read(ref _readers) != 0) return false;
            _batches.Clear();
            _end = 0;
            return true;
        }

        public void Append(ReadOnlySpan<byte> frames, long firstIndex, long lastIndex)
        {
            frames.CopyTo(_bytes.AsSpan(_end));
            _batches.Add((firstIndex, _end));
            _end += frames.Length;
            LastIndex = lastIndex;
        }

        public Block? TryRead(long index, long limit, out FrameRun run)
        {
            run = default;
            var first = _batches.BinarySearch((index, 0), ByIndex);
            if (first < 0) return null;
            var end = first;
            while (end < _batches.Count && LastOf(end) <= limit && (end == first || EndOf(end) - _batches[first].Offset <= RunBytes)) end++;
            if (end == first) return null;
            run = new FrameRun(index, LastOf(end - 1), _bytes.AsMemory(_batches[first].Offset, EndOf(end - 1) - _batches[first].Offset));
            Interlocked.Increment(ref _readers);
            return this;
        }

        public long? BytesFrom(long index) => _batches.BinarySearch((index, 0), ByIndex) is >= 0 and var batch ? _end - _batches[batch].Offset : null;

        public void Dispose() => Interlocked.Decrement(ref _readers);

        private static readonly Comparer<(long FirstIndex, int Offset)> ByIndex = Comparer<(long FirstIndex, int Offset)>.Create((a, b) => a.FirstIndex.CompareTo(b.FirstIndex));

        private long LastOf(int batch) => batch + 1 < _batches.Count ? _batches[batch + 1].FirstIndex - 1 : LastIndex;

        private int EndOf(int batch) => batch + 1 < _batches.Count ? _batches[batch + 1].Offset : _end;
    }
}
