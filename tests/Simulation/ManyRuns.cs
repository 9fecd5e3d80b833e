using System.Diagnostics;
using Replication.Simulation.Tests.Running;

namespace Replication.Simulation.Tests;

/// <summary>Some hundred runs that several tests look at.</summary>
public sealed class ManyRuns
{
    private const int Seeds = 200;

    public ManyRuns()
    {
        var watch = Stopwatch.StartNew();
        Summary = SeedRunner.Run(Enumerable.Range(1, Seeds).Select(seed => (ulong)seed));
        Took = watch.Elapsed;
    }

    internal RunSummary Summary { get; }

    internal TimeSpan Took { get; }
}
