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
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var result = await WhileAsync(callers, now => now < end && !cancellation.IsCancellationRequested, operation);
        cancellation.ThrowIfCancellationRequested();
        return result;
    }

    /// <summary>Runs the load until it is cancelled.</summary>
    public static Task<LoadResult> UntilAsync(int callers, Func<Random, Task> operation, CancellationToken cancellation) =>
        WhileAsync(callers, _ => !cancellation.IsCancellationRequested, operation);

    private static async Task<LoadResult> WhileAsync(int callers, Func<long, bool> goesOn, Func<Random, Task> operation)
    {
        var histograms = Enumerable.Range(0, callers).Select(_ => new LatencyHistogram()).ToArray();
        var begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(histograms.Select((histogram, caller) => Task.Run(
            async () =>
            {
                var random = new Random(caller);
                for (var now = Stopwatch.GetTimestamp(); goesOn(now);)
                {
                    await operation(random);
                    var done = Stopwatch.GetTimestamp();
                    histogram.Record(now, done);
                    now = done;
                }
            },
            CancellationToken.None)));
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        var all = histograms[0];
        foreach (var other in histograms.AsSpan(1)) all.Add(other);
        return new LoadResult(all.Count, seconds, all.MicrosAt(0.5), all.MicrosAt(0.99));
    }
}
