using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Peers;
using Replication.Bench.Processes;
using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>Synced commits of an application that has the primary in its own process.</summary>
internal sealed class EmbeddedCommits : IFamily
{
    public string Name => "embedded-commits";

    public string About => "synced commits inside the primary's process";

    public bool Grows => true;

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var primary = await EmbeddedNode.StartAsync(workspace, cancellation);
        if (settings.IsLoaded) await primary.LoadAsync(settings.Records, cancellation);
        await using var tarantool = settings.Peers
            ? await TarantoolServer.StartPrimaryAsync(workspace, settings.IsLoaded ? settings.Records : 0, isHashed: true, cancellation) : null;
        foreach (var callers in settings.Callers)
        {
            var (ours, peer) = (new LoadSamples(), new LoadSamples());
            await OursAsync(settings with { Duration = settings.Warm }, callers, new LoadSamples());
            await settings.AlternateAsync(() => OursAsync(settings, callers, ours), tarantool is null ? null : () => PeerAsync(callers, peer));
            ours.AddRows(report, $"{Name}-{callers}", peer, "commits/s", RateTarget(callers), latency: null, $"Tarantool, wal_mode=fsync, {callers} fibers");
        }

        async Task OursAsync(Settings settings, int callers, LoadSamples samples)
        {
            var cpu = Cpu();
            var result = await CallerLoad.RunAsync(
                callers, settings.Duration, random => primary.PutAsync(random.Next(settings.Records), random, cancellation), cancellation);
            samples.Add(result, Cpu() - cpu);
        }

        async Task PeerAsync(int fibers, LoadSamples samples)
        {
            await tarantool!.CommitAsync(fibers, operations: 1, TimeSpan.Zero, settings.Records, cancellation); // Makes its keys and values.
            var cpu = tarantool.CpuSeconds;
            samples.Add(await tarantool.CommitAsync(fibers, operations: 1, settings.Duration, settings.Records, cancellation), tarantool.CpuSeconds - cpu);
        }

        // The callers are in the primary's process, so their time is in this, too.
        double Cpu() => ProcessFigures.CpuSeconds(Environment.ProcessId);
    }

    private static Target? RateTarget(int callers) => callers switch
    {
        64 => Target.AtLeastTimes(4),
        1024 => Target.AtLeastTimes(6),
        _ => null,
    };
}
