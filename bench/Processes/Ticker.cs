using System.Diagnostics;

namespace Replication.Bench.Processes;

/// <summary>
/// A thread that wants to run every millisecond, and sees how late it comes: what stops the process, or keeps its threads from a
/// processor, stops it too.
/// </summary>
internal sealed class Ticker : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(1);

    private readonly ManualResetEventSlim _end = new(initialState: false, spinCount: 0);
    private readonly TimeSpan _collectorBefore = GC.GetTotalPauseDuration();
    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly Thread _thread;
    private TimeSpan _longest;

    public Ticker()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "ticker" };
        _thread.Start();
    }

    /// <summary>Ends it and says what it saw.</summary>
    public PauseResult Stop()
    {
        _end.Set();
        _thread.Join();
        var seconds = Stopwatch.GetElapsedTime(_begin).TotalSeconds;
        return new PauseResult(_longest.TotalMilliseconds, (GC.GetTotalPauseDuration() - _collectorBefore).TotalMilliseconds / seconds);
    }

    public void Dispose()
    {
        Stop();
        _end.Dispose();
    }

    private void Run()
    {
        var (last, ended) = (Stopwatch.GetTimestamp(), false);
        while (!ended)
        {
            ended = _end.Wait(Every, CancellationToken.None);
            var now = Stopwatch.GetTimestamp();
            var late = Stopwatch.GetElapsedTime(last, now) - Every;
            if (late > _longest) _longest = late;
            last = now;
        }
    }
}
