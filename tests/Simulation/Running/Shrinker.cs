using System.Collections.Immutable;
using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Running;

/// <summary>Takes parts of a failing plan away as long as it fails in the same way, so that a person has less to read.</summary>
internal static class Shrinker
{
    private const int MaxRuns = 300;

    /// <summary>The smallest failing run found.</summary>
    /// <param name="failure">A run that broke a promise.</param>
    public static SimulationResult Shrink(SimulationResult failure)
    {
        var runs = 0;
        while (Smaller(failure.Plan).Select(plan => runs++ < MaxRuns ? SeedRunner.Run(plan) : null).FirstOrDefault(result => result?.Violation?.Rule == failure.Violation!.Rule) is { } smaller)
            failure = smaller;
        return failure;
    }

    // Each failing plan has a shorter safety phase, fewer faults, fewer nodes, fewer upstreams or fewer writers than the one before, so this ends.
    private static IEnumerable<SimulationPlan> Smaller(SimulationPlan plan)
    {
        foreach (var part in new[] { 0.25, 0.5, 0.8, 0.95 })
            if (plan.SafetyPhase * (1 - part) > TimeSpan.FromMilliseconds(200))
                yield return plan with { SafetyPhase = plan.SafetyPhase * part };
        foreach (var fault in plan.Faults) yield return plan with { Faults = plan.Faults.Remove(fault) };
        for (var i = 0; i < plan.Fallbacks.Length; i++)
            if (!plan.Fallbacks[i].IsEmpty)
                yield return plan with { Fallbacks = plan.Fallbacks.SetItem(i, []) };
        for (var last = plan.Upstreams.Length - 1; last > 0; last--)
            if (!plan.Upstreams.Contains(last + 1))
                yield return plan with { Upstreams = Without(plan.Upstreams, last), Fallbacks = Without(plan.Fallbacks, last) };
        if (plan.Writers > 1) yield return plan with { Writers = plan.Writers - 1 };
    }

    private static ImmutableArray<int> Without(ImmutableArray<int> upstreams, int removed) =>
        [.. upstreams.RemoveAt(removed).Select(upstream => upstream > removed + 1 ? upstream - 1 : upstream)];

    private static ImmutableArray<ImmutableArray<int>> Without(ImmutableArray<ImmutableArray<int>> fallbacks, int removed) =>
        [.. fallbacks.RemoveAt(removed).Select(others => others.Where(other => other != removed + 1).Select(other => other > removed + 1 ? other - 1 : other).ToImmutableArray())];
}
