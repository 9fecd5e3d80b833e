namespace Replication.Server.Tests.Systemd;

/// <summary>Time that moves when a test says so, for timers with one period.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly TaskCompletionSource<Timer> _timer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first timer that was made.</summary>
    public Task<Timer> TimerAsync => _timer.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state, period);
        _timer.TrySetResult(timer);
        return timer;
    }

    internal sealed class Timer(TimerCallback callback, object? state, TimeSpan period) : ITimer
    {
        public TimeSpan Period { get; private set; } = period;

        /// <summary>One period passes.</summary>
        public void Tick() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Period = period;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
