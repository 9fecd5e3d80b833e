using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

/// <summary>Makes a log, appends over several segments, marks it idle, prunes it, goes on; and notes what was acknowledged when.</summary>
internal sealed class CrashScript
{
    private readonly List<(int Operations, long Index)> _acknowledged = [];

    private CrashScript(MemoryFileSystem files, TestLog log)
    {
        Journal = files.Journal;
        Frames = log.Frames;
    }

    public IReadOnlyList<FileOperation> Journal { get; }

    public IReadOnlyList<byte[]> Frames { get; }

    /// <summary>No entry from this one on is ever removed.</summary>
    public long PrunedBefore { get; private init; }

    public static CrashScript Record(int segmentBytes)
    {
        var acknowledged = new List<(int, long)>();
        var files = new MemoryFileSystem();
        var log = Run(files, segmentBytes, (operations, index) => acknowledged.Add((operations, index)), out var prunedBefore);
        var script = new CrashScript(files, log) { PrunedBefore = prunedBefore };
        script._acknowledged.AddRange(acknowledged);
        return script;
    }

    /// <summary>The script; says each time what is acknowledged: 0 for the empty log.</summary>
    public static TestLog Run(MemoryFileSystem files, int segmentBytes, Action<int, long> acknowledged, out long prunedBefore)
    {
        TestLog.MakeDirectories(files);
        using var log = TestLog.Create(files, segmentBytes);
        acknowledged(files.Operations, 0);
        log.Append(0);
        acknowledged(files.Operations, 1);
        AppendEach(log, acknowledged, [30], [300, 20, 600], [10]);
        log.Log.MarkIdle(log.Log.Durable.Index);
        AppendEach(log, acknowledged, [900, 300], [5000], [1], [700, 700], [700, 700]);
        prunedBefore = log.Log.Durable.Index - 1;
        log.Log.PruneBefore(prunedBefore);
        AppendEach(log, acknowledged, [64, 64, 64, 64], [1300]);
        log.Log.MarkIdle(log.Log.Durable.Index);
        AppendEach(log, acknowledged, [20], [2000, 2000]);
        return log;
    }

    /// <summary>The highest index acknowledged when so many operations were done; -1 before the log was made.</summary>
    public long AcknowledgedAt(int operations) =>
        _acknowledged.LastOrDefault(entry => entry.Operations <= operations, (0, -1)).Index;

    private static void AppendEach(TestLog log, Action<int, long> acknowledged, params int[][] batches)
    {
        foreach (var sizes in batches)
        {
            log.Append(sizes);
            acknowledged(log.Files.Operations, log.Log.Durable.Index);
        }
    }
}
