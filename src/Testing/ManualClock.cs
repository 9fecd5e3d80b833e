namespace Replication.Testing;

/// <summary>
/// A clock that a test moves: time passes by <see cref="Advance"/> and by nothing else. Timers fire inside Advance, on
/// the thread that calls it, in the order of their due times and, at the same time, in the order in which they were made;
/// each sees its own due time as the present. A timer that is due at once fires at the next Advance, by nothing included.
/// Thread-safe; one Advance waits for another.
/// </summary>
public sealed class ManualClock : TimeProvider
{
    private static readonly DateTimeOffset DefaultStart = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _advancing = new();
    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _pending = new(ManualTimer.ByDueTime);
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;
    private long _timersMade;

    /// <summary>Makes a clock that stands at 2026-01-01 00:00 UTC, or at another time.</summary>
    public ManualClock(DateTimeOffset? start = null) => _start = start ?? DefaultStart;

    /// <summary>How far it was moved since it was made.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_gate) return _elapsed;
        }
    }

    /// <summary>Timers that wait to fire. <c>Task.Delay</c> and <c>WaitAsync</c> with this clock make one each.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_gate) return _pending.Count;
        }
    }

    /// <summary>UTC.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Ticks of 100 ns.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => Elapsed.Ticks;

    /// <summary>Moves time on and fires what becomes due. What a callback throws leaves here; the time then stays where that timer was due.</summary>
    /// <param name="by">Not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (_advancing)
        {
            var until = Elapsed + by;
            while (TakeDue(until) is { } timer) Fire(timer);
        }
    }

    /// <summary>Waits, in real time, until so many timers are pending: until the code under test has come to where it waits.</summary>
    /// <param name="timers">At least so many.</param>
    /// <param name="patience">How long at most; default <see cref="Eventually.DefaultPatience"/>.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="NotReachedException">There were fewer all the time.</exception>
    public Task UntilTimersPendAsync(int timers = 1, TimeSpan? patience = null, CancellationToken cancellation = default) => Eventually.HoldsAsync(
        $"timers wait for this clock, {timers} or more", () => PendingTimers >= timers, patience, () => $"{PendingTimers} pending", cancellation);

    /// <summary>Makes a timer. Times are as for <see cref="Timer"/>: <see cref="Timeout.InfiniteTimeSpan"/> for never, a period of zero for once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative and not infinite, or longer than about 49 days.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, Interlocked.Increment(ref _timersMade), () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    internal bool Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed) return false;
            _pending.Remove(timer);
            timer.Period = period;
            timer.Due = _elapsed + dueTime;
            if (dueTime != Timeout.InfiniteTimeSpan) _pending.Add(timer);
            return true;
        }
    }

    internal void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            _pending.Remove(timer);
            timer.IsDisposed = true;
        }
    }

    private static void Fire(ManualTimer timer)
    {
        var firing = timer.Firing!;
        try
        {
            timer.Fire();
        }
        finally
        {
            firing.SetResult();
        }
    }

    // The next timer to fire, with the time moved to when it is due; null, with the time moved to the end, when there is none.
    private ManualTimer? TakeDue(TimeSpan until)
    {
        lock (_gate)
        {
            var timer = _pending.Min is { } first && first.Due <= until ? first : null;
            var reached = timer?.Due ?? until;
            if (reached > _elapsed) _elapsed = reached;
            if (timer is null) return null;
            timer.Firing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _pending.Remove(timer);
            if (timer.Period > TimeSpan.Zero)
            {
                timer.Due += timer.Period;
                _pending.Add(timer);
            }
            return timer;
        }
    }
}
