using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Peers;
using Replication.Bench.Reporting;
using Replication.Client;

namespace Replication.Bench.Families;

/// <summary>Point reads over the network, on the replica.</summary>
internal sealed class NetworkReads : IFamily
{
    private const int Callers = 64;
    private const int Batch = 16;

    public string Name => "reads";

    public string About => "point reads of random keys over the network, on a replica, 64 callers of one client";

    public bool Grows => true;

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var nodes = await NodePair.StartAsync(workspace, cancellation);
        await nodes.Primary.LoadAsync(settings.Records, cancellation);
        await nodes.ProveAsync(cancellation);
        await using var redis = settings.Peers ? await RedisPair.StartAsync(workspace, cancellation) : null;
        if (redis is not null)
        {
            await redis.Primary.LoadAsync(settings.Records, cancellation);
            await redis.ProveAsync(cancellation);
        }
        var client = nodes.Replica.Client;
        await MeasureAsync("reads-get", pipeline: 1, Target.AtLeastTimes(0.6), random => GetAsync(client, random, settings.Records, cancellation));
        await MeasureAsync("reads-batch-16", Batch, Target.AtLeastTimes(1.2), random => BatchAsync(client, random, settings.Records, cancellation));

        async Task MeasureAsync(string name, int pipeline, Target target, Func<Random, Task> operation)
        {
            var (ours, peer) = (new LoadSamples(), new LoadSamples());
            var generator = redis is null ? null : new RedisBenchmark(redis.Replica.Port, "get", Callers, pipeline, settings.Records);
            await CallerLoad.RunAsync(Callers, settings.Warm, operation, cancellation);
            await settings.AlternateAsync(OursAsync, generator is null ? null : RedisAsync);
            ours.AddRows(report, name, peer, "records/s", target, latency: null, generator?.ToString() ?? "");

            async Task OursAsync()
            {
                var cpu = nodes.CpuSeconds;
                var result = await CallerLoad.RunAsync(Callers, settings.Duration, operation, cancellation);
                ours.Add(result with { Operations = result.Operations * pipeline }, nodes.CpuSeconds - cpu);
            }

            async Task RedisAsync()
            {
                await generator!.RunAsync(TimeSpan.Zero, cancellation);
                var cpu = redis!.CpuSeconds;
                var result = await generator.RunAsync(settings.Duration, cancellation);
                peer.Add(result, redis.CpuSeconds - cpu);
            }
        }
    }

    private static async Task GetAsync(ReplicationClient client, Random random, int records, CancellationToken cancellation)
    {
        var result = await client.GetAsync(Dataset.Collection, Dataset.Key(random.Next(records)), cancellation: cancellation);
        if (result.Value.Length != Dataset.ValueBytes) throw new InvalidOperationException("A read did not find its record.");
    }

    private static async Task BatchAsync(ReplicationClient client, Random random, int records, CancellationToken cancellation)
    {
        var names = new RecordName[Batch];
        for (var i = 0; i < names.Length; i++) names[i] = new RecordName(Dataset.Collection, Dataset.Key(random.Next(records)));
        var result = await client.BatchGetAsync(names, cancellation: cancellation);
        if (result.Items.Any(static item => item.Value.Length != Dataset.ValueBytes)) throw new InvalidOperationException("A read did not find its record.");
    }
}
