using System.Diagnostics;
using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Reporting;
using Replication.Client;

namespace Replication.Bench.Families;

/// <summary>A follower that is a gigabyte behind, while another one stays live.</summary>
internal sealed class CatchUp : IFamily
{
    private const int Transactions = 50_000;
    private const double GB = 1e9;
    private const double MinRate = 0.5;

    public string Name => "catch-up";

    public string About => "a follower 1 GB behind, read from the disk; what it does to the lag of a live replica";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var primary = await Ours.Node.StartAsync(workspace, workspace.NewPath("primary"), null, cancellation, "--snapshot-every", "0");
        await primary.Client.CreateCollectionAsync(Dataset.Collection, CollectionKind.Bytes, cancellation);
        await using var replica = await Ours.Node.StartAsync(workspace, workspace.NewPath("replica"), primary.Address, cancellation, "--snapshot-every", "0");
        await BulkWrites.RunAsync(primary.Client, Transactions, cancellation);
        await NodePair.ProveAsync(await primary.Client.DigestAsync(cancellation: cancellation), replica.Client, cancellation);
        var (rate, alone, beside) = (new Samples(), new Samples(), new Samples());
        for (var round = 0; round < settings.Rounds; round++)
        {
            alone.Add((await LagProbe.RunAsync(primary, replica, settings.Duration, cancellation)).MicrosAt(0.99));
            var status = await primary.Client.StatusAsync(cancellation);
            var began = Stopwatch.GetTimestamp();
            await using var follower = await Followers.StartAsync(workspace, primary, 1, 1, cancellation);
            var catching = follower.WaitAsync(primary, status.LastIndex, cancellation);
            var lag = new LatencyHistogram();
            while (!catching.IsCompleted) lag.Add(await LagProbe.RunAsync(primary, replica, TimeSpan.FromMilliseconds(100), cancellation));
            await catching;
            rate.Add(status.LogBytes / Stopwatch.GetElapsedTime(began).TotalSeconds / GB);
            beside.Add(lag.MicrosAt(0.99));
        }
        report.Add(Name, rate, Samples.None, "GB/s", new Target(true, MinRate, false), "");
        report.Add($"{Name}-live-p99", beside, alone, "µs", null, "the same replica while nobody catches up");
    }
}
