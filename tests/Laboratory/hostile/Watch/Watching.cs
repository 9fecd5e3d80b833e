namespace Replication.Hostile.Tests.Watch;

/// <summary>An attack that consists of waiting.</summary>
internal static class Watching
{
    public static async Task ForAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }

    /// <summary>Waits until nobody is there any more.</summary>
    public static async Task UntilAsync(CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(ended.SetResult);
        await ended.Task;
    }
}
