using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Running;

/// <summary>Runs seeds, as many at a time as there are processors: each run is on one thread.</summary>
internal static class SeedRunner
{
    /// <summary>Runs every seed, or until one fails.</summary>
    public static RunSummary Run(IEnumerable<ulong> seeds, Action<SimulationResult>? failed = null, bool untilOneFails = false)
    {
        var summary = new RunSummary();
        Parallel.ForEach(seeds, (seed, loop) =>
        {
            var result = Run(SimulationPlan.Of(seed));
            summary.Add(result);
            if (result.Violation is null) return;
            failed?.Invoke(result);
            if (untilOneFails) loop.Stop();
        });
        return summary;
    }

    public static SimulationResult Run(SimulationPlan plan) => new SimulatedCluster(plan).Run();
}
