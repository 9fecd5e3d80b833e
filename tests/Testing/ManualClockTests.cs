namespace Replication.Testing.Tests;

public sealed class ManualClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<string> _fired = [];

    [Fact]
    public void Time_moves_only_by_advance()
    {
        var began = _clock.GetTimestamp();

        _clock.Advance(90 * Second);

        Assert.Equal(new DateTimeOffset(2026, 7, 1, 12, 1, 30, TimeSpan.Zero), _clock.GetUtcNow());
        Assert.Equal(90 * Second, _clock.GetElapsedTime(began));
        Assert.Equal(90 * Second, _clock.Elapsed);
        Assert.Equal(TimeSpan.Zero, _clock.GetLocalNow().Offset);
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(-Second));
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_each_at_its_own()
    {
        Add("late", 3 * Second);
        Add("early", 1 * Second);
        Add("later", 4 * Second);

        _clock.Advance(3 * Second);

        Assert.Equal(["early at 1", "late at 3"], _fired);
        Assert.Equal(1, _clock.PendingTimers);
    }

    [Fact]
    public void Timers_due_together_fire_in_the_order_of_creation()
    {
        var first = Add("first", 5 * Second);
        Add("second", Second);
        Add("third", Second);
        first.Change(Second, Timeout.InfiniteTimeSpan);

        _clock.Advance(Second);

        Assert.Equal(["first at 1", "second at 1", "third at 1"], _fired);
    }

    [Fact]
    public void A_periodic_timer_fires_at_each_period_between_others()
    {
        Add("tick", Second, 2 * Second);
        Add("once", 4 * Second);

        _clock.Advance(5 * Second);

        Assert.Equal(["tick at 1", "tick at 3", "once at 4", "tick at 5"], _fired);
        Assert.Equal(1, _clock.PendingTimers);
    }

    [Fact]
    public void A_changed_timer_keeps_to_the_change_and_a_disposed_one_is_silent()
    {
        var changed = Add("changed", Second);
        var stopped = Add("stopped", Second);
        var disposed = Add("disposed", Second);

        Assert.True(changed.Change(2 * Second, TimeSpan.Zero));
        Assert.True(stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        disposed.Dispose();
        _clock.Advance(10 * Second);

        Assert.Equal(["changed at 2"], _fired);
        Assert.False(disposed.Change(Second, TimeSpan.Zero));
        Assert.True(stopped.Change(Second, TimeSpan.Zero));
        Assert.Equal(1, _clock.PendingTimers);
        Assert.Throws<ArgumentOutOfRangeException>(() => changed.Change(TimeSpan.FromMilliseconds(-2), TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => changed.Change(Second, TimeSpan.MaxValue));
    }

    [Fact]
    public async Task Whoever_disposes_of_a_timer_asynchronously_waits_for_its_callback()
    {
        var disposing = Task.CompletedTask;
        var isDoneInside = true;
        ITimer? timer = null;
        timer = _clock.CreateTimer(_ =>
        {
            disposing = timer!.DisposeAsync().AsTask();
            isDoneInside = disposing.IsCompleted;
        }, null, Second, Timeout.InfiniteTimeSpan);

        _clock.Advance(Second);

        Assert.False(isDoneInside);
        await disposing;
    }

    [Fact]
    public void A_timer_due_at_once_fires_at_the_next_advance()
    {
        Add("now", TimeSpan.Zero);
        Assert.Empty(_fired);

        _clock.Advance(TimeSpan.Zero);

        Assert.Equal(["now at 0"], _fired);
    }

    [Fact]
    public void A_timer_that_a_callback_makes_fires_in_the_same_advance_when_it_is_due()
    {
        using var outer = _clock.CreateTimer(_ => Add("inner", Second), null, Second, Timeout.InfiniteTimeSpan);

        _clock.Advance(2 * Second);

        Assert.Equal(["inner at 2"], _fired);
    }

    [Fact]
    public void What_a_callback_throws_leaves_advance_and_time_stays_there()
    {
        using var bad = _clock.CreateTimer(_ => throw new InvalidOperationException("bad"), null, Second, Timeout.InfiniteTimeSpan);
        Add("good", 2 * Second);

        Assert.Throws<InvalidOperationException>(() => _clock.Advance(5 * Second));
        Assert.Equal(Second, _clock.Elapsed);
        _clock.Advance(Second);

        Assert.Equal(["good at 2"], _fired);
    }

    [Fact]
    public async Task Waits_of_the_runtime_end_when_their_time_has_come()
    {
        var never = new TaskCompletionSource();
        var wait = never.Task.WaitAsync(Second, _clock);
        await _clock.UntilTimersPendAsync();

        _clock.Advance(Second - TimeSpan.FromTicks(1));
        Assert.False(wait.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));

        await Assert.ThrowsAsync<TimeoutException>(() => wait);
    }

    [Fact]
    public async Task A_periodic_timer_of_the_runtime_ticks_once_for_each_period()
    {
        using var timer = new PeriodicTimer(Second, _clock);
        for (var i = 0; i < 3; i++)
        {
            var tick = timer.WaitForNextTickAsync();
            Assert.False(tick.IsCompleted);
            _clock.Advance(Second);
            Assert.True(await tick);
        }
    }

    [Fact]
    public async Task Too_few_timers_are_told()
    {
        Add("only one", Second);

        var missed = await Assert.ThrowsAsync<NotReachedException>(() => _clock.UntilTimersPendAsync(2, TimeSpan.FromMilliseconds(20)));

        Assert.Contains("1 pending", missed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Threads_that_advance_together_add_up()
    {
        var fired = 0;
        using var timer = _clock.CreateTimer(_ => fired++, null, Second, Second);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 250; i++) _clock.Advance(Second);
        })));

        Assert.Equal(1000 * Second, _clock.Elapsed);
        Assert.Equal(1000, fired);
    }

    private ITimer Add(string name, TimeSpan due, TimeSpan? period = null) =>
        _clock.CreateTimer(_ => _fired.Add($"{name} at {_clock.Elapsed.TotalSeconds}"), null, due, period ?? Timeout.InfiniteTimeSpan);
}
