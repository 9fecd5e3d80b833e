using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Peers;
using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>Synced commits over the network while a replica follows and syncs too.</summary>
internal sealed class NetworkCommits : IFamily
{
    private const int MaxConnections = 64;
    private const double MaxLatencyOfPeer = 1.5;

    public string Name => "commits";

    public string About => "synced commits over the network, callers of one client, one replica following";

    public bool Grows => true;

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var nodes = await NodePair.StartAsync(workspace, cancellation);
        await nodes.Primary.LoadAsync(settings.IsLoaded ? settings.Records : 0, cancellation);
        await using var redis = settings.Peers ? await RedisPair.StartAsync(workspace, cancellation) : null;
        if (redis is not null && settings.IsLoaded) await redis.Primary.LoadAsync(settings.Records, cancellation);
        foreach (var callers in settings.Callers)
        {
            var (ours, peer) = (new LoadSamples(), new LoadSamples());
            await OursAsync(nodes, settings with { Duration = settings.Warm }, callers, new LoadSamples(), cancellation);
            var generator = redis is null ? null : new RedisBenchmark(redis.Primary.Port, "set", Math.Min(callers, MaxConnections), Math.Max(1, callers / MaxConnections), settings.Records);
            await settings.AlternateAsync(
                () => OursAsync(nodes, settings, callers, ours, cancellation),
                redis is null ? null : () => RedisAsync(redis, generator!, settings, peer, cancellation));
            ours.AddRows(report, $"{Name}-{callers}", peer, "commits/s", RateTarget(callers), callers == 1 ? Target.AtMostTimes(MaxLatencyOfPeer) : null, generator?.ToString() ?? "");
        }
    }

    private static Target? RateTarget(int callers) => callers switch
    {
        64 => Target.AtLeastTimes(2.5),
        1024 => Target.AtLeastTimes(3),
        _ => null,
    };

    private static async Task OursAsync(NodePair nodes, Settings settings, int callers, LoadSamples samples, CancellationToken cancellation)
    {
        var client = nodes.Primary.Client;
        var cpu = nodes.CpuSeconds;
        var result = await CallerLoad.RunAsync(
            callers, settings.Duration, random => client.PutAsync(Dataset.Collection, Dataset.Key(random.Next(settings.Records)), Dataset.Value(random), cancellation: cancellation), cancellation);
        samples.Add(result, nodes.CpuSeconds - cpu);
        await nodes.ProveAsync(cancellation);
    }

    private static async Task RedisAsync(RedisPair redis, RedisBenchmark generator, Settings settings, LoadSamples samples, CancellationToken cancellation)
    {
        await generator.RunAsync(TimeSpan.Zero, cancellation);
        var cpu = redis.CpuSeconds;
        var result = await generator.RunAsync(settings.Duration, cancellation);
        samples.Add(result, redis.CpuSeconds - cpu);
        await redis.ProveAsync(cancellation);
    }
}
