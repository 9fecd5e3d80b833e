using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <summary>Which state a read accepts.</summary>
/// <param name="AtLeast">The answer contains everything up to here; null accepts what the node has.</param>
/// <param name="Wait">How long the node waits to reach it, at most 60 s; zero does not wait.</param>
public sealed record ReadOptions(LogPosition? AtLeast = null, TimeSpan Wait = default)
{
    /// <summary>How long a node waits at most.</summary>
    public static TimeSpan MaxWait { get; } = TimeSpan.FromSeconds(60);

    internal Contract.ReadRequirement? ToMessage() =>
        AtLeast is { } position ? new() { AtLeast = position.ToMessage(), WaitMillis = Millis(Wait) } : null;

    internal static uint Millis(TimeSpan wait)
    {
        Bounds.Check(wait, TimeSpan.Zero, MaxWait);
        return (uint)Math.Ceiling(wait.TotalMilliseconds);
    }
}
