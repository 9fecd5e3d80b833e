using System.Globalization;
using Replication.Kit.Checks;
using Replication.Simulation.Tests.Faults;
using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Running;

/// <summary>What many runs came to. Thread-safe.</summary>
internal sealed class RunSummary
{
    private readonly Lock _gate = new();
    private readonly List<SimulationResult> _failures = [];
    private readonly FaultCounts _faults = new();
    private readonly CheckCounts _checks = new();
    private TimeSpan _time;
    private long _runs;
    private long _events;
    private long _chunksStored;
    private long _chunksFound;
    private long _installs;
    private long _resumes;
    private long _loops;

    public IReadOnlyList<SimulationResult> Failures
    {
        get
        {
            lock (_gate) return [.. _failures];
        }
    }

    public FaultCounts Faults => _faults;

    public CheckCounts Checks => _checks;

    public long ChunksFound => _chunksFound;

    public long Installs => _installs;

    public long Resumes => _resumes;

    public long Loops => _loops;

    public void Add(SimulationResult result)
    {
        lock (_gate)
        {
            _runs++;
            _time += result.Time;
            _events += result.Events;
            _faults.Add(result.Faults);
            _checks.Add(result.Checks);
            _chunksStored += result.ChunksStored;
            _chunksFound += result.ChunksFound;
            _installs += result.Installs;
            _resumes += result.Resumes;
            _loops += result.Loops;
            if (result.Violation is not null) _failures.Add(result);
        }
    }

    /// <summary>For people.</summary>
    public IEnumerable<string> Lines(TimeSpan took)
    {
        yield return Text($"{_runs} runs, {_time.TotalHours:F1} hours of virtual time and {_events} events in {took.TotalSeconds:F0} s: {_time / took:F0} virtual seconds a second");
        yield return Text($"commits {_checks.Committed}, rejected {_checks.Rejected}, unknown {_checks.Unknown}, answered when asked again {_checks.AnsweredAgain}, forgotten {_checks.Forgotten}; sessions resumed {_resumes}, loops refused {_loops}, snapshots installed {_installs}, chunks fetched {_chunksStored}, found from before {_chunksFound}");
        yield return Text($"checked: states shown {_checks.Shown}, whole contents {_checks.Contents}, frames {_checks.Frames}, answers {_checks.Answers}, preconditions {_checks.Preconditions}, reads {_checks.Reads}, totals {_checks.Totals}, replicas dropped {_checks.Retained}, lags {_checks.Lags}, indexes {_checks.Indexes}, in building {_checks.IndexesInBuilding}, unique values defended {_checks.UniqueViolations}, memory replaced {_checks.MemoryReplaced}");
        yield return "faults: " + string.Join(", ", Enum.GetValues<FaultClass>().Select(fault => Text($"{fault} {_faults[fault]}")));
        yield return Text($"violations: {_failures.Count}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
