using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Processes;
using Replication.Bench.Reporting;
using Replication.Client;

namespace Replication.Bench.Families;

/// <summary>What one more replica costs its primary, in CPU and in memory.</summary>
internal sealed class FanOut : IFamily
{
    private const int Transactions = 10_000; // 200 MB of log
    private const double SmallRate = 5_000;
    private const double GB = 1e9;
    private const double MB = 1e6;
    private static readonly int[] Counts = [1, 4, 16, 64];

    public string Name => "fan-out";

    public string About => "CPU and memory of a primary with 1, 4, 16 and 64 followers that receive, check and discard";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        var bulk = new Dictionary<int, Figures>();
        var small = new Dictionary<int, Figures>();
        foreach (var count in Counts)
        {
            await using var primary = await Ours.Node.StartAsync(workspace, workspace.NewPath("primary"), null, cancellation, "--snapshot-every", "0");
            await primary.Client.CreateCollectionAsync(Dataset.Collection, CollectionKind.Bytes, cancellation);
            await using var followers = await Followers.StartAsync(workspace, primary, count, null, cancellation);
            await MeasureAsync(primary, followers, token => BulkWrites.RunAsync(primary.Client, Transactions / 10, token), cancellation);
            bulk[count] = await MeasureAsync(primary, followers, token => BulkWrites.RunAsync(primary.Client, Transactions, token), cancellation);
            small[count] = await MeasureAsync(primary, followers, token => WriteSmallAsync(primary, settings, token), cancellation);
        }
        foreach (var count in Counts)
        {
            if (count > 1) report.Add($"{Name}-{count}-cpu", Samples.Of(bulk[count].CostOver(bulk[1], count)), Samples.None, "CPU-s/GB", Target.AtMost(1), "");
            if (count > 1) report.Add($"{Name}-{count}-small-cpu", Samples.Of(small[count].CostOver(small[1], count)), Samples.None, "CPU-s/GB", null, "");
            report.Add($"{Name}-{count}-memory", Samples.Of(bulk[count].ResidentBytes / MB), Samples.None, "MB", null, "");
        }
    }

    private static async Task<Figures> MeasureAsync(Ours.Node primary, Followers followers, Func<CancellationToken, Task> write, CancellationToken cancellation)
    {
        var before = await primary.Client.StatusAsync(cancellation);
        var cpu = primary.Process.CpuSeconds;
        using var memory = new PeakMemory(primary.Process);
        await write(cancellation);
        var after = await primary.Client.StatusAsync(cancellation);
        await followers.WaitAsync(primary, after.LastIndex, cancellation);
        return new Figures(primary.Process.CpuSeconds - cpu, after.LogBytes - (double)before.LogBytes, await memory.StopAsync());
    }

    private static async Task WriteSmallAsync(Ours.Node primary, Settings settings, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(settings.Duration);
        await PacedLoad.RunAsync(64, SmallRate, random => primary.Client.PutAsync(Dataset.Collection, Dataset.Key(random.Next(BulkWrites.Keys)), Dataset.Value(random), cancellation: cancellation), end.Token);
    }

    /// <summary>Of one load.</summary>
    private sealed record Figures(double CpuSeconds, double LogBytes, long ResidentBytes)
    {
        /// <summary>CPU-seconds for a gigabyte sent to one follower more.</summary>
        public double CostOver(Figures one, int count) => (CpuSeconds - (one.CpuSeconds * LogBytes / one.LogBytes)) / (LogBytes * (count - 1) / GB);
    }
}
