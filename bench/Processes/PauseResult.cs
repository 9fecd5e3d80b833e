namespace Replication.Bench.Processes;

/// <summary>How long a process stood still.</summary>
/// <param name="LongestMillis">The latest that a thread came that wanted to run every millisecond.</param>
/// <param name="CollectorMillis">Of all pauses of the collector together, a second.</param>
/// <param name="BesideMillis">What <see cref="TickerProcess"/> saw at the same time.</param>
internal sealed record PauseResult(double LongestMillis, double CollectorMillis, double BesideMillis = 0);
