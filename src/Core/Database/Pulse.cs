namespace Replication.Core.Database;

/// <summary>
/// Wakes everybody who waits for "something moved". Take <see cref="Next"/> first, look at the condition, then await it:
/// no movement is missed. Costs nothing while nobody waits.
/// </summary>
public sealed class Pulse
{
    private TaskCompletionSource? _next;

    /// <summary>Ends at the next <see cref="Fire"/>.</summary>
    public Task Next
    {
        get
        {
            while (true)
            {
                if (Volatile.Read(ref _next) is { } current) return current.Task;
                var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (Interlocked.CompareExchange(ref _next, created, null) is null) return created.Task;
            }
        }
    }

    /// <summary>Something moved.</summary>
    public void Fire() => Interlocked.Exchange(ref _next, null)?.TrySetResult();
}
