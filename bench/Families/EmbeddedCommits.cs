using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Processes;
using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>Synced commits of an application that has the primary in its own process.</summary>
internal sealed class EmbeddedCommits : IFamily
{
    public string Name => "embedded-commits";

    public string About => "synced commits inside the primary's process";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var primary = await EmbeddedNode.StartAsync(workspace, cancellation);
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
        }

        // The callers are in the primary's process, so their time is in this, too.
        double Cpu() => ProcessFigures.CpuSeconds(Environment.ProcessId);
    }

    private static Target? RateTarget(int callers) => callers switch
    {
        64 => Target.AtLeastTimes(4, "Tarantool's 77,000"),
        1024 => Target.AtLeastTimes(6, "Tarantool's 225,000"),
        _ => null,
    };
}
