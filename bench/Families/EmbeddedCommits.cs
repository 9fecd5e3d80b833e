using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Processes;
using Replication.Bench.Reporting;
using Replication.Client;

namespace Replication.Bench.Families;

/// <summary>Synced commits of an application that has the primary in its own process, while a replica follows.</summary>
internal sealed class EmbeddedCommits : IFamily
{
    public string Name => "embedded-commits";

    public string About => "synced commits inside the primary's process, one replica following";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var primary = await EmbeddedNode.StartAsync(workspace, cancellation);
        await using var replica = await Ours.Node.StartAsync(workspace, workspace.NewPath("replica"), primary.Address, cancellation);
        await using var client = new ReplicationClient(new ReplicationClientOptions { Address = primary.Address });
        foreach (var callers in settings.Callers)
        {
            var ours = new LoadSamples();
            await MeasureAsync(settings with { Duration = settings.Warm }, callers, new LoadSamples());
            await settings.AlternateAsync(() => MeasureAsync(settings, callers, ours), peer: null);
            ours.AddRows(report, $"{Name}-{callers}", new LoadSamples(), "commits/s", RateTarget(callers), latency: null, beside: "");
        }

        async Task MeasureAsync(Settings settings, int callers, LoadSamples samples)
        {
            var cpu = Cpu();
            var result = await CallerLoad.RunAsync(
                callers, settings.Duration, random => primary.PutAsync(random.Next(settings.Records), random, cancellation), cancellation);
            samples.Add(result, Cpu() - cpu);
            await NodePair.ProveAsync(await client.DigestAsync(cancellation: cancellation), replica.Client, cancellation);
        }

        // The callers are in the primary's process, so their time is in this, too.
        double Cpu() => ProcessFigures.CpuSeconds(Environment.ProcessId) + replica.Process.CpuSeconds;
    }

    private static Target? RateTarget(int callers) => callers switch
    {
        64 => Target.AtLeastTimes(4, "Tarantool's 77,000"),
        1024 => Target.AtLeastTimes(6, "Tarantool's 225,000"),
        _ => null,
    };
}
