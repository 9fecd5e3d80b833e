using Replication.Kit.Checks;
using Replication.Simulation.Tests.Faults;
using Replication.Simulation.Tests.Plans;

namespace Replication.Simulation.Tests.World;

/// <summary>How a run ended.</summary>
/// <param name="Plan">Of the run.</param>
/// <param name="Violation">Null when every promise was kept.</param>
/// <param name="Time">Virtual time.</param>
/// <param name="Events">How many things happened.</param>
/// <param name="Trace">What happened.</param>
/// <param name="Faults">Of each class.</param>
/// <param name="Checks">How often each check looked.</param>
internal sealed record SimulationResult(SimulationPlan Plan, ViolationException? Violation, TimeSpan Time, long Events, Trace Trace, FaultCounts Faults, CheckCounts Checks)
{
    public required long ChunksStored { get; init; }

    public required long ChunksFound { get; init; }

    public required long Installs { get; init; }

    public required long Resumes { get; init; }

    public required long Loops { get; init; }
}
