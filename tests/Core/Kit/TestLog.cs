using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Reigns;

namespace Replication.Core.Tests.Kit;

/// <summary>A log in memory with entries whose contents are known: an epoch start first, then payloads made of their index.</summary>
internal sealed class TestLog : IDisposable
{
    public const string Directory = "/data/log";
    public const string Lost = "/data/lost";
    public static readonly HistoryId History = new(new UInt128(0x0011_2233_4455_6677, 0x8899_aabb_ccdd_eeff));
    public static readonly Epoch Epoch = new(1);

    private readonly List<byte[]> _frames = [];

    private TestLog(MemoryFileSystem files, SegmentedLog log, int segmentBytes)
    {
        Files = files;
        Log = log;
        SegmentBytes = segmentBytes;
    }

    public MemoryFileSystem Files { get; }

    public SegmentedLog Log { get; }

    public int SegmentBytes { get; }

    /// <summary>Every frame that was ever handed to the log, first index first.</summary>
    public IReadOnlyList<byte[]> Frames => _frames;

    /// <summary>Paths of the segments, oldest first.</summary>
    public IReadOnlyList<string> Segments => SegmentsOf(Files);

    public string LastSegment => Segments[^1];

    public static TestLog Create(int segmentBytes = 4096, LogTail before = default)
    {
        var files = new MemoryFileSystem();
        MakeDirectories(files);
        return Create(files, segmentBytes, before);
    }

    public static TestLog Create(MemoryFileSystem files, int segmentBytes, LogTail before = default) =>
        new(files, SegmentedLog.Create(files, Directory, Supply(files, segmentBytes), new SequentialEntropy(), History, before), segmentBytes);

    public static void MakeDirectories(MemoryFileSystem files)
    {
        files.CreateDirectory(Directory, FileLabel.Layout);
        files.SyncDirectory("/", FileLabel.Layout);
        files.SyncDirectory("/data", FileLabel.Layout);
    }

    public static RecoveredLog Open(MemoryFileSystem files, int segmentBytes = 4096) =>
        LogRecovery.Open(files, Directory, Lost, Supply(files, segmentBytes), new SequentialEntropy());

    public static IReadOnlyList<string> SegmentsOf(MemoryFileSystem files) =>
        [.. LogRecovery.SegmentNames(files, Directory).Select(name => Path.Combine(Directory, name))];

    /// <summary>Every frame that a log still has.</summary>
    public static List<byte[]> ReadAll(SegmentedLog log) => ReadAll(log, log.FirstIndex);

    /// <summary>Every frame of a log from an index on.</summary>
    public static List<byte[]> ReadAll(SegmentedLog log, long from)
    {
        var frames = new List<byte[]>();
        using var cursor = log.OpenCursor(from);
        for (var run = cursor.Read(log.Durable.Index); !run.IsEmpty; run = cursor.Read(log.Durable.Index)) frames.AddRange(Split(run));
        return frames;
    }

    /// <summary>The frames of a run, each by itself.</summary>
    public static IEnumerable<byte[]> Split(FrameRun run)
    {
        for (var rest = run.Frames; !rest.IsEmpty;)
        {
            var length = FrameHeader.Read(rest.Span).Length;
            yield return rest[..length].ToArray();
            rest = rest[length..];
        }
    }

    /// <summary>A batch of entries with payloads of these sizes behind a tail; the very first entry is an epoch start.</summary>
    public static LogBatch Batch(in LogTail before, params int[] payloadSizes)
    {
        var batch = new LogBatch();
        batch.Restart(before);
        foreach (var size in payloadSizes) Add(batch, size);
        return batch;
    }

    public void Append(params int[] payloadSizes) => Append(Batch(Log.Durable, payloadSizes));

    public void Append(LogBatch batch)
    {
        _frames.AddRange(Split(new FrameRun(batch.First.Index, batch.After.Index, batch.Frames)));
        Log.Append(batch, commitIndex: batch.Before.Index);
    }

    public void Dispose() => Log.Dispose();

    private static InlineSegmentSupply Supply(MemoryFileSystem files, int segmentBytes) => new(files, Directory, segmentBytes);

    private static void Add(LogBatch batch, int size)
    {
        var index = batch.After.Index + 1;
        if (index == 1)
        {
            var start = new EpochStart(0x5EED, 7, "first").ToArray();
            start.CopyTo(batch.Payload(start.Length));
            batch.Seal(start.Length, Epoch, EntryKind.EpochStart, 1_000);
            return;
        }
        var payload = batch.Payload(size);
        for (var i = 0; i < size; i++) payload[i] = (byte)((index * 31) + i + 1);
        batch.Seal(size, Epoch, EntryKind.Transaction, 1_000 + index);
    }
}
