using System.Diagnostics;
using Replication.Bench.Ours;
using Replication.Bench.Peers;
using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>A replica without any data, from the start of its process until it serves.</summary>
internal sealed class Bootstrap : IFamily
{
    public string Name => "bootstrap";

    public string About => "a new replica, from the start of its process until it serves all records";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var primary = await Ours.Node.StartAsync(workspace, workspace.NewPath("primary"), null, cancellation);
        await primary.LoadAsync(settings.Records, cancellation);
        await using var redis = settings.Peers ? await RedisServer.StartAsync(workspace.NewDirectory("redis"), null, 0, cancellation) : null;
        if (redis is not null) await redis.LoadAsync(settings.Records, cancellation);
        var (first, ours, peer, join) = (new Samples(), new Samples(), new Samples(), new Samples());
        first.Add(await OursAsync()); // The primary has no snapshot yet, and writes one.
        await settings.AlternateAsync(async () => ours.Add(await OursAsync()), redis is null ? null : async () => peer.Add(await RedisAsync()));
        if (redis is not null)
        {
            await redis.DisposeAsync();
            await using var tarantool = await TarantoolServer.StartPrimaryAsync(workspace, settings.Records, isHashed: false, cancellation);
            for (var round = 0; round < settings.Rounds; round++) join.Add(await TarantoolAsync(tarantool));
        }
        report.Add(Name, ours, peer, "s", Target.AtMostTimes(0.3), "diskless full sync");
        report.Add($"{Name}-beside-join", ours, join, "s", Target.AtMostTimes(0.15), "Tarantool, join");
        report.Add($"{Name}-first", first, peer, "s", null, "diskless full sync");

        async Task<double> OursAsync()
        {
            var begin = Stopwatch.GetTimestamp();
            await using var replica = await Ours.Node.StartAsync(workspace, workspace.NewPath("replica"), primary.Address, cancellation);
            var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            await NodePair.ProveAsync(await primary.Client.DigestAsync(cancellation: cancellation), replica.Client, cancellation);
            return seconds;
        }

        async Task<double> TarantoolAsync(TarantoolServer tarantool)
        {
            var begin = Stopwatch.GetTimestamp();
            await using var replica = await TarantoolServer.StartReplicaAsync(workspace, tarantool, settings.Records, cancellation);
            return Stopwatch.GetElapsedTime(begin).TotalSeconds;
        }

        async Task<double> RedisAsync()
        {
            var begin = Stopwatch.GetTimestamp();
            await using var replica = await RedisServer.StartAsync(workspace.NewDirectory("redis-replica"), redis!.Port, settings.Records, cancellation);
            var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            if (await replica.RecordsAsync(cancellation) != settings.Records) throw new InvalidOperationException("The Redis replica does not hold all records.");
            return seconds;
        }
    }
}
