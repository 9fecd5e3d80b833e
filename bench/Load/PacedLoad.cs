using System.Diagnostics;

namespace Replication.Bench.Load;

/// <summary>Callers that together do so many operations a second: a load that a server can well bear, and that it bears alike in every run.</summary>
internal static class PacedLoad
{
    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="callers">Concurrent callers.</param>
    /// <param name="rate">Operations a second, of all together.</param>
    /// <param name="operation">One operation; the randomness is the caller's own.</param>
    /// <param name="cancellation">Ends the load.</param>
    /// <returns>How many operations were done.</returns>
    public static async Task<long> RunAsync(int callers, double rate, Func<Random, Task> operation, CancellationToken cancellation)
    {
        var done = 0L;
        var period = callers / rate;
        var begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(
            async () =>
            {
                var random = new Random(caller);
                for (var next = period * caller / callers; !cancellation.IsCancellationRequested; next += period)
                {
                    var early = next - Stopwatch.GetElapsedTime(begin).TotalSeconds;
                    if (early > 0) await Task.Delay(TimeSpan.FromSeconds(early), CancellationToken.None);
                    await operation(random);
                    Interlocked.Increment(ref done);
                }
            },
            CancellationToken.None)));
        return done;
    }
}
