using Replication.Core.IO;
using Replication.Core.Positions;

namespace Replication.Core.Log;

/// <summary>
/// The log on disk: segments in order, appended by one thread, read by any number. An entry is in the log once
/// <see cref="Append"/> has returned; nothing is retried: after an error the log takes nothing more.
/// </summary>
public sealed class SegmentedLog : IDisposable
{
    private readonly IFileSystem _files;
    private readonly ISegmentSupply _supply;
    private readonly IEntropy _entropy;
    private readonly Lock _gate = new();
    private List<Segment> _segments;
    private StrongTail _durable;
    private Exception? _failure;
    private long _unreadableSegment; // first index of the newest segment in which a reader met damage; 0 for none
    private LogDamagedException? _damage;
    private long _syncs;

    internal SegmentedLog(
        IFileSystem files, string directory, ISegmentSupply supply, IEntropy entropy, HistoryId history, List<Segment> segments, in LogTail tail)
    {
        _files = files;
        Directory = directory;
        _supply = supply;
        _entropy = entropy;
        History = history;
        _segments = segments;
        foreach (var full in segments.SkipLast(1)) full.Close();
        _durable = new StrongTail(tail);
    }

    /// <summary>Where the segments are.</summary>
    public string Directory { get; }

    /// <summary>The lineage.</summary>
    public HistoryId History { get; }

    /// <summary>The end of the log on this node's disk.</summary>
    public LogTail Durable => Volatile.Read(ref _durable).Tail;

    /// <summary>Batches synced since the log was opened.</summary>
    public long Syncs => Interlocked.Read(ref _syncs);

    /// <summary>Index of the first entry that is still here; one beyond the last when there is none.</summary>
    public long FirstIndex => Snapshot()[0].FirstIndex;

    /// <summary>
    /// Index of the first entry from which on the log can be read to its end: higher than <see cref="FirstIndex"/> once
    /// a reader met damage. What stands before is not served any more; a replica that needs it begins from a snapshot.
    /// </summary>
    public long FirstReadable
    {
        get
        {
            var segments = Snapshot();
            var unreadable = Interlocked.Read(ref _unreadableSegment);
            if (unreadable < segments[0].FirstIndex) return segments[0].FirstIndex;
            return segments.FirstOrDefault(segment => segment.FirstIndex > unreadable)?.FirstIndex ?? Durable.Index + 1;
        }
    }

    /// <summary>The newest frames in memory, for those who read close to the end; null for none.</summary>
    public RecentFrames? Recent { get; private set; }

    /// <summary>The newest damage that a reader met; null while there is none.</summary>
    public LogDamagedException? Damage => Volatile.Read(ref _damage);

    /// <summary>Bytes of frames and marks on disk.</summary>
    public long Bytes => Snapshot().Sum(segment => segment.End - SegmentHeader.Size);

    /// <summary>Makes an empty log whose first entry will follow the given end.</summary>
    public static SegmentedLog Create(
        IFileSystem files, string directory, ISegmentSupply supply, IEntropy entropy, HistoryId history, in LogTail before)
    {
        var log = new SegmentedLog(files, directory, supply, entropy, history, [], before);
        log._segments = [log.NewSegment(before, SegmentHeader.Size + Mark.Size)];
        return log;
    }

    /// <summary>Writes a batch with one call and syncs it once. Called by one thread at a time.</summary>
    /// <param name="batch">Follows the end of the log; not empty.</param>
    /// <param name="commitIndex">The commit index known now, for the mark.</param>
    /// <exception cref="DiskFullException">There is no room for the next segment. Nothing of the batch is on the disk, and the log takes it, or another, when there is.</exception>
    /// <exception cref="IOException">It is not known what of the batch is on the disk. The process has to end.</exception>
    public void Append(LogBatch batch, long commitIndex)
    {
        ThrowIfFailed();
        var durable = Durable;
        if (batch.IsEmpty || batch.Before != durable)
            throw new ArgumentException($"The batch follows {batch.Before.Position} but the log ends at {durable.Position}.", nameof(batch));
        try
        {
            var segment = Roll(batch);
            // From here on a failure leaves the disk unknown; before, a full one changed nothing.
            segment.File.Write(batch.WithMark(new Mark(durable.Index, commitIndex), segment.Header.Salt), segment.End, FileLabel.Append);
            segment.File.Sync(FileLabel.Append);
            segment.Advance(batch.First.Index, batch.WrittenBytes);
            Interlocked.Increment(ref _syncs);
            Recent?.Append(batch);
            Volatile.Write(ref _durable, new StrongTail(batch.After));
            if (segment.End > segment.File.Length / 2) _supply.Prepare();
        }
        catch (Exception failure) when (failure is not DiskFullException)
        {
            _failure = failure;
            throw;
        }
    }

    /// <summary>Records that the last batch was synced, so that a later flipped bit in it is not taken for a torn write.</summary>
    public void MarkIdle(long commitIndex)
    {
        ThrowIfFailed();
        var segment = Snapshot()[^1];
        if (!segment.HasRoomFor(Mark.Size)) return;
        try
        {
            Span<byte> bytes = stackalloc byte[Mark.Size];
            new Mark(Durable.Index, commitIndex).Write(bytes, segment.Header.Salt);
            segment.File.Write(bytes, segment.End, FileLabel.IdleMark);
            segment.File.Sync(FileLabel.IdleMark);
            segment.Advance(segment.FirstIndex, Mark.Size);
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw;
        }
    }

    /// <summary>Keeps the newest frames in memory from now on. Before anybody appends or reads.</summary>
    /// <param name="bytes">How much; 0 for nothing.</param>
    public void Remember(int bytes) => Recent = bytes > 0 ? new RecentFrames(bytes) : null;

    /// <summary>Reads from an index on.</summary>
    /// <exception cref="LogPrunedException">The entry is gone.</exception>
    public LogCursor OpenCursor(long index) => new(this, _files, index);

    /// <summary>Hands over each frame from one index to another, in order.</summary>
    /// <exception cref="LogPrunedException">The first entry is gone.</exception>
    public void ReadEach(long from, long to, FrameTaker take)
    {
        if (from > to) return;
        using var cursor = OpenCursor(from);
        for (var run = cursor.Read(to); !run.IsEmpty; run = cursor.Read(to))
        {
            for (var frames = run.Frames.Span; !frames.IsEmpty;)
            {
                var header = FrameHeader.Read(frames);
                take(frames[..header.Length], header);
                frames = frames[header.Length..];
            }
        }
    }

    /// <summary>The crc of an entry's frame, 0 for index 0; null when the entry is not in the log.</summary>
    public uint? CrcOf(long index)
    {
        var (segments, durable) = (Snapshot(), Durable);
        if (index == durable.Index) return durable.Crc;
        if (segments.FirstOrDefault(segment => segment.FirstIndex == index + 1) is { } behind) return behind.Header.Previous.Crc;
        if (index < segments[0].FirstIndex || index > durable.Index) return null;
        using var cursor = OpenCursor(index);
        return cursor.ReadHeader().Crc;
    }

    /// <summary>About how many bytes of log stand behind an index: exact to the grain of the sparse tables.</summary>
    public long BytesBehind(long index)
    {
        if (index >= Durable.Index) return 0;
        var bytes = 0L;
        foreach (var segment in Enumerable.Reverse(Snapshot()))
        {
            if (segment.FirstIndex <= index + 1) return bytes + segment.End - segment.OffsetBefore(index + 1);
            bytes += segment.End - SegmentHeader.Size;
        }
        return bytes;
    }

    /// <summary>Bytes of log behind an offset in a segment: exact.</summary>
    internal long BytesAfter(Segment from, long offset) =>
        from.End - offset + Snapshot().Where(segment => segment.FirstIndex > from.FirstIndex).Sum(segment => segment.End - SegmentHeader.Size);

    /// <summary>As <see cref="BytesBehind"/>; more than any budget for an index whose next entry is gone.</summary>
    public long BytesBehindOrAll(long index) => index + 1 < FirstIndex ? long.MaxValue : BytesBehind(index);

    /// <summary>
    /// Removes whole segments whose entries all stand before an index. The newest segment stays. Each removal is durable
    /// before the next: a disk that kept only the later one would leave a gap.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public int PruneBefore(long index)
    {
        var removed = 0;
        while (Snapshot() is [var first, var second, ..] && second.FirstIndex <= index)
        {
            lock (_gate) _segments = [.. _segments.Skip(1)];
            try
            {
                _files.Delete(first.File.Path, FileLabel.Retention);
                _files.SyncDirectory(Directory, FileLabel.Retention);
            }
            catch
            {
                // It may still be there, so it has to go before the next one does, or a restart would find a gap.
                lock (_gate) _segments = [first, .. _segments];
                throw;
            }
            removed++;
        }
        return removed;
    }

    /// <summary>The lowest index such that the log from there on has at least so many bytes.</summary>
    public long IndexKeeping(long bytes)
    {
        var segments = Snapshot();
        foreach (var segment in Enumerable.Reverse(segments))
        {
            bytes -= segment.End - SegmentHeader.Size;
            if (bytes <= 0) return segment.FirstIndex;
        }
        return segments[0].FirstIndex;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Snapshot()[^1].Close();
        _supply.Dispose();
    }

    /// <summary>A reader met damage: its whole segment counts as unreadable, and if it is the last one, no batch follows in it.</summary>
    internal void Report(LogDamagedException damage, Segment segment)
    {
        Volatile.Write(ref _damage, damage);
        if (segment.FirstIndex > Interlocked.Read(ref _unreadableSegment)) Interlocked.Exchange(ref _unreadableSegment, segment.FirstIndex);
    }

    internal Segment SegmentOf(long index)
    {
        var segments = Snapshot();
        for (var i = segments.Count - 1; i >= 0; i--)
            if (segments[i].FirstIndex <= index)
                return segments[i];
        throw new LogPrunedException(index, segments[0].FirstIndex);
    }

    private List<Segment> Snapshot()
    {
        lock (_gate) return _segments;
    }

    private Segment Roll(LogBatch batch)
    {
        var segment = Snapshot()[^1];
        if (segment.HasRoomFor(batch.WrittenBytes) && segment.FirstIndex != Interlocked.Read(ref _unreadableSegment)) return segment;
        var next = NewSegment(batch.Before, checked(SegmentHeader.Size + batch.WrittenBytes + sizeof(int)));
        // A segment without entries had the name that the next one has now taken.
        var isReplaced = segment.FirstIndex == next.FirstIndex;
        lock (_gate) _segments = [.. isReplaced ? _segments.SkipLast(1) : _segments, next];
        segment.Close();
        return next;
    }

    // Header, sync, name, directory, and only then a batch: a file with a segment's name always has a valid header, and
    // its existence says that everything before it was synced.
    private Segment NewSegment(in LogTail before, int bytes)
    {
        var prepared = _supply.Take(bytes);
        var header = new SegmentHeader(History, before, _entropy.NextNonZero());
        Span<byte> headerBytes = stackalloc byte[SegmentHeader.Size];
        header.Write(headerBytes);
        using (var file = _files.Open(prepared, FileLabel.SegmentRoll))
        {
            file.Write(headerBytes, 0, FileLabel.SegmentRoll);
            file.Sync(FileLabel.SegmentRoll);
        }
        var path = Path.Combine(Directory, header.FileName);
        _files.Rename(prepared, path, FileLabel.SegmentRoll);
        _files.SyncDirectory(Directory, FileLabel.SegmentRoll);
        return new Segment(header, _files.Open(path, FileLabel.SegmentRoll));
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure) throw new IOException($"The log of {Directory} failed before and takes nothing more: {failure.Message}", failure);
    }

    /// <summary>A tail that is published by one reference.</summary>
    private sealed record StrongTail(LogTail Tail);
}
