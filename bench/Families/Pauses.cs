using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Processes;
using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>How long a primary stands still while its data grows, while it is written to, and while it writes a snapshot.</summary>
internal sealed class Pauses : IFamily
{
    private const int Callers = 64;
    private const int RecordsPerTransaction = 20; // while it grows, so that ten million take minutes and no hour
    private const int WarmRecords = 100_000;
    private const double MaxMillis = 10;
    private const double MaxTimesOfSlow = 1.5;

    public string Name => "pauses";

    public string About => "the longest time that a thread of the primary's process came late while 64 callers write, and what a snapshot does to them";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        using var idle = TickerProcess.Start();
        await WarmAsync(settings, workspace, idle, cancellation);
        await using var node = await EmbeddedNode.StartAsync(workspace, cancellation, snapshotEveryBytes: 0);
        Add(report, "growing", [await GrowAsync(node, settings.Records, idle, cancellation)]);
        var (writing, snapshot, quiet, beside) = (new List<PauseResult>(), new List<PauseResult>(), new Samples(), new Samples());
        // Both sides are ours.
        await (settings with { Peers = true }).AlternateAsync(
            async () =>
            {
                using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                var snapshots = SnapshotsAsync(node, end.Token);
                beside.Add(await WriteAsync(node, settings, snapshot, idle, cancellation));
                await end.CancelAsync();
                if (await snapshots == 0) throw new InvalidOperationException("No snapshot was written meanwhile.");
            },
            async () => quiet.Add(await WriteAsync(node, settings, writing, idle, cancellation)));
        Add(report, "writing", writing);
        Add(report, "snapshot", snapshot);
        report.Add($"{Name}-snapshot-commits-p99", beside, quiet, "µs", Target.AtMostTimes(MaxTimesOfSlow), "the same without a snapshot");
    }

    private static async Task WarmAsync(Settings settings, Workspace workspace, TickerProcess idle, CancellationToken cancellation)
    {
        await using var node = await EmbeddedNode.StartAsync(workspace, cancellation, snapshotEveryBytes: 0);
        var few = settings with { Records = WarmRecords, Duration = settings.Warm };
        await GrowAsync(node, few.Records, idle, cancellation);
        await WriteAsync(node, few, [], idle, cancellation);
        await node.Node.Snapshots.TakeAsync(cancellation);
    }

    private static async Task<PauseResult> GrowAsync(EmbeddedNode node, int records, TickerProcess idle, CancellationToken cancellation)
    {
        var pause = await PauseAsync(() => node.LoadScatteredAsync(records, Callers, RecordsPerTransaction, cancellation), idle, cancellation);
        if (node.Node.Database.State.Records != records) throw new InvalidOperationException($"There are {node.Node.Database.State.Records} records, not {records}.");
        return pause;
    }

    private static async Task<double> WriteAsync(EmbeddedNode node, Settings settings, List<PauseResult> pauses, TickerProcess idle, CancellationToken cancellation)
    {
        var slow = 0.0;
        pauses.Add(await PauseAsync(
            async () => slow = (await CallerLoad.RunAsync(Callers, settings.Duration, random => node.PutAsync(random.Next(settings.Records), random, cancellation), cancellation)).SlowMicros,
            idle,
            cancellation));
        return slow;
    }

    private static async Task<PauseResult> PauseAsync(Func<Task> work, TickerProcess idle, CancellationToken cancellation)
    {
        await idle.LongestAsync(cancellation); // What was before does not count.
        using var ticker = new Ticker();
        await work();
        var pause = ticker.Stop();
        return pause with { BesideMillis = await idle.LongestAsync(cancellation) };
    }

    // One after the other, so that there is always one being written; the last one is finished.
    private static async Task<int> SnapshotsAsync(EmbeddedNode node, CancellationToken end)
    {
        var written = 0;
        for (; !end.IsCancellationRequested; written++) await node.Node.Snapshots.TakeAsync(CancellationToken.None);
        return written;
    }

    // Of the longest pauses the longest counts, not the median.
    private void Add(Report report, string when, IReadOnlyCollection<PauseResult> pauses)
    {
        report.Add($"{Name}-{when}", Samples.Of(pauses.Max(pause => pause.LongestMillis)), Samples.Of(pauses.Max(pause => pause.BesideMillis)), "ms", Target.AtMost(MaxMillis), "a thread of an idle process beside");
        report.Add($"{Name}-{when}-collector", Samples.Of(pauses.Average(pause => pause.CollectorMillis)), Samples.None, "ms/s", null, "");
    }
}
