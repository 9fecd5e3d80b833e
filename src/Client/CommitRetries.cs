namespace Replication.Client;

/// <summary>
/// How a commit is asked again whose answer was lost with its connection. Each commit is named by a request id, so that the
/// node answers what became of it, also after a restart, and does not execute it again.
/// </summary>
public sealed record CommitRetries
{
    /// <summary>Nothing is asked again, and commits get no request id but the one that the application gives them.</summary>
    public static CommitRetries Off { get; } = new() { MaxAttempts = 1 };

    /// <summary>How often a commit is sent at most, the first time included, 1 to 1,000; all within <see cref="ReplicationClientOptions.Timeout"/>. Default 16.</summary>
    public int MaxAttempts { get; init; } = 16;

    /// <summary>The wait before it is sent for the second time, 0 to 1 min; then twice as long each time. Default 50 ms.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait, 0 to 1 min. Default 2 s.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Makes the name of a request, 1 to 64 bytes that no other one has; called from any thread. Default 16 random bytes.</summary>
    public Func<ReadOnlyMemory<byte>> NewRequestId { get; init; } = Commits.RandomRequestIds.Shared.Next;

    /// <summary>Whether lost answers are asked for at all.</summary>
    public bool AreOn => MaxAttempts > 1;

    /// <summary>This record, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds.</exception>
    public CommitRetries Validated()
    {
        Bounds.Check(MaxAttempts, 1, 1000);
        Bounds.Check(FirstDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Bounds.Check(LongestDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        return this;
    }
}
