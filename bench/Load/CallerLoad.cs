using System.Diagnostics;

namespace Replication.Bench.Load;

/// <summary>Callers that each do one operation after the other, without a pause, for a while.</summary>
internal static class CallerLoad
{
    /// <summary>Runs the load.</summary>
    /// <param name="callers">Concurrent callers.</param>
    /// <param name="duration">How long.</param>
    /// <param name="operation">One operation; the randomness is the caller's own.</param>
    /// <param name="cancellation">Ends the load early.</param>
    public static async Task<LoadResult> RunAsync(int callers, TimeSpan duration, Func<Random, Task> operation, CancellationToken cancellation)
    {
        var histograms = Enumerable.Range(0, callers).Select(_ => new LatencyHistogram()).ToArray();
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(histograms.Select((histogram, caller) => Task.Run(
            async () =>
            {
                var random = new Random(caller);
                for (var now = Stopwatch.GetTimestamp(); now < end && !cancellation.IsCancellationRequested;)
                {
                    await operation(random);
                    var done = Stopwatch.GetTimestamp();
                    histogram.Record(now, done);
                    now = done;
                }
            },
            cancellation)));
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        cancellation.ThrowIfCancellationRequested();
        var all = histograms[0];
        foreach (var other in histograms.AsSpan(1)) all.Add(other);
        return new LoadResult(all.Count, seconds, all.MicrosAt(0.5), all.MicrosAt(0.99));
    }
}
