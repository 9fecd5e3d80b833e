using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Peers;
using Replication.Bench.Reporting;
using Replication.Client;

namespace Replication.Bench.Families;

/// <summary>How soon a replica shows what its primary has answered, while both work at half of what they can.</summary>
internal sealed class Lag : IFamily
{
    private const int Callers = 64;
    private const double Half = 0.5;
    private const double MaxMedianMicros = 250;
    private const double MaxSlowMicros = 1000;

    public string Name => "lag";

    public string About => "from the answer on the primary until a read of the replica shows it, at half load of 64 callers";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var nodes = await NodePair.StartAsync(workspace, cancellation);
        await nodes.Primary.Client.CreateCollectionAsync(Dataset.Collection, CollectionKind.Bytes, cancellation);
        await CallerLoad.RunAsync(Callers, settings.Warm, PutAsync, cancellation);
        var most = await CallerLoad.RunAsync(Callers, settings.Duration, PutAsync, cancellation);
        await using var redis = settings.Peers ? await RedisPair.StartAsync(workspace, cancellation) : null;
        var peerMost = redis is null ? 0 : (await new RedisBenchmark(redis.Primary.Port, "set", Callers, 1, settings.Records).RunAsync(settings.Duration, cancellation)).Rate;
        var (median, slow, peerMedian, peerSlow, idle) = (new Samples(), new Samples(), new Samples(), new Samples(), new Samples());
        idle.Add((await LagProbe.RunAsync(nodes.Primary, nodes.Replica, settings.Duration, cancellation)).MicrosAt(0.5));
        await settings.AlternateAsync(OursAsync, redis is null ? null : RedisAsync);
        await nodes.ProveAsync(cancellation);
        report.Add("lag-p50", median, peerMedian, "µs", Target.AtMost(MaxMedianMicros), "GET over and over, until it shows it");
        report.Add("lag-p99", slow, peerSlow, "µs", Target.AtMost(MaxSlowMicros), "GET over and over, until it shows it");
        report.Add("lag-idle-p50", idle, Samples.None, "µs", null, "");

        Task PutAsync(Random random) => nodes.Primary.Client.PutAsync(Dataset.Collection, Dataset.Key(random.Next(settings.Records)), Dataset.Value(random), cancellation: cancellation);

        async Task OursAsync()
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var load = PacedLoad.RunAsync(Callers, most.Rate * Half, PutAsync, end.Token);
            Keep(await LagProbe.RunAsync(nodes.Primary, nodes.Replica, settings.Duration, cancellation), median, slow);
            await end.CancelAsync();
            await load;
        }

        async Task RedisAsync()
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var load = redis!.LoadAsync(Callers, peerMost * Half, settings.Records, end.Token);
            Keep(await redis.ProbeAsync(settings.Duration, cancellation), peerMedian, peerSlow);
            await end.CancelAsync();
            await load;
        }
    }

    private static void Keep(LatencyHistogram histogram, Samples median, Samples slow)
    {
        median.Add(histogram.MicrosAt(0.5));
        slow.Add(histogram.MicrosAt(0.99));
    }
}
