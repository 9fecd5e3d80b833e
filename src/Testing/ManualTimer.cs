using System.Runtime.CompilerServices;

namespace Replication.Testing;

/// <summary>A timer of a <see cref="ManualClock"/>, which alone changes it, inside its lock.</summary>
internal sealed class ManualTimer(ManualClock clock, long number, Action callback) : ITimer
{
    /// <summary>As for the system's timers: about 49 days.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    public static IComparer<ManualTimer> ByDueTime { get; } = Comparer<ManualTimer>.Create(static (one, other) => (one.Due, one.Number).CompareTo((other.Due, other.Number)));

    /// <summary>In the order of creation.</summary>
    public long Number => number;

    public TimeSpan Due { get; set; }

    /// <summary>Zero or less: it fires once.</summary>
    public TimeSpan Period { get; set; }

    public bool IsDisposed { get; set; }

    /// <summary>Ends with the callback that runs, or that ran last; null before the first one.</summary>
    public TaskCompletionSource? Firing { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        CheckBounds(dueTime);
        CheckBounds(period);
        return clock.Schedule(this, dueTime, period);
    }

    public void Dispose() => clock.Remove(this);

    // Done when its callback does not run any more, as with the system's timers.
    public ValueTask DisposeAsync()
    {
        Dispose();
        return Firing is { } firing ? new ValueTask(firing.Task) : ValueTask.CompletedTask;
    }

    // In the context of whoever made it, as the system's timers do.
    public void Fire()
    {
        if (_context is null) callback();
        else ExecutionContext.Run(_context, static run => ((Action)run!)(), callback);
    }

    private static void CheckBounds(TimeSpan time, [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, Timeout.InfiniteTimeSpan, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, Longest, name);
    }
}
