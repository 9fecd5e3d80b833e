using System.Diagnostics;
using System.Globalization;
using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Processes;
using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>A bootstrap under full write load whose replica is killed five times on the way.</summary>
internal sealed class InterruptedBootstrap : IFamily
{
    private const int Kills = 5;
    private const int Writers = 64;
    private const double MB = 1e6;
    private const int TimelineSteps = 12;

    public string Name => "interrupted-bootstrap";

    public string About => "a bootstrap under full write load, its replica killed five times; not among the others: name it, best with --records 10000000";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var primary = await Ours.Node.StartAsync(workspace, workspace.NewPath("primary"), null, cancellation);
        await primary.LoadAsync(settings.Records, cancellation);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var primaryMemory = new PeakMemory(primary.Process);
        var load = CallerLoad.UntilAsync(
            Writers, random => primary.Client.PutAsync(Dataset.Collection, Dataset.Key(random.Next(settings.Records)), Dataset.Value(random), cancellation: CancellationToken.None), end.Token);
        var (data, began) = (workspace.NewPath("replica"), Stopwatch.GetTimestamp());
        var (lost, replicaPeak, timeline) = (0L, 0L, new List<string>());
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var replica = Ours.Node.Start(workspace, data, primary.Address);
            using var memory = new PeakMemory(replica.Process);
            var before = await ProgressAsync(replica, kill / (Kills + 1.0), cancellation);
            replicaPeak = Math.Max(replicaPeak, await memory.StopAsync());
            await replica.Process.KillAsync();
            await using var again = Ours.Node.Start(workspace, data, primary.Address);
            lost += Math.Max(0, before - await ProgressAsync(again, 0, cancellation));
            await again.Process.KillAsync();
        }
        await using var last = Ours.Node.Start(workspace, data, primary.Address);
        using var lastMemory = new PeakMemory(last.Process);
        while (!await last.IsReadyAsync(cancellation))
        {
            timeline.Add(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: primary {primary.Process.ResidentBytes / MB:0} MB, replica {last.Process.ResidentBytes / MB:0} MB"));
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
        }
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        replicaPeak = Math.Max(replicaPeak, await lastMemory.StopAsync());
        await end.CancelAsync();
        var result = await load;
        await NodePair.ProveAsync(await primary.Client.DigestAsync(cancellation: cancellation), last.Client, cancellation);
        var status = await last.Client.StatusAsync(cancellation);
        if (status.Counters.SnapshotsInstalled != 1) throw new InvalidOperationException($"The replica installed {status.Counters.SnapshotsInstalled} snapshots.");
        for (var step = 0; step < TimelineSteps && timeline.Count > 0; step++) Report.Progress($"    {timeline[step * (timeline.Count - 1) / (TimelineSteps - 1)]}");
        report.Add(Name, Samples.Of(seconds), Samples.None, "s", null, "");
        report.Add($"{Name}-fetched-twice", Samples.Of(lost / MB), Samples.None, "MB", Target.AtMost(0), "");
        report.Add($"{Name}-primary-memory", Samples.Of(await primaryMemory.StopAsync() / MB), Samples.None, "MB", null, "");
        report.Add($"{Name}-replica-memory", Samples.Of(replicaPeak / MB), Samples.None, "MB", null, "");
        report.Add($"{Name}-commits", Samples.Of(result.Rate), Samples.None, "commits/s", null, "");
        report.Add($"{Name}-commits-p99", Samples.Of(result.SlowMicros), Samples.None, "µs", null, "");
    }

    // Bytes of chunks that the replica has, once it has at least a share of them.
    private static async Task<long> ProgressAsync(Ours.Node replica, double share, CancellationToken cancellation)
    {
        var bytes = 0L;
        await replica.Process.WaitUntilAsync(
            async token =>
            {
                if (!await replica.AnswersAsync(token) || (await replica.Client.StatusAsync(token)).Upstream is not { BootstrapTotalBytes: > 0 } upstream) return false;
                bytes = (long)upstream.BootstrapBytes;
                return bytes >= share * upstream.BootstrapTotalBytes;
            },
            cancellation);
        return bytes;
    }
}
