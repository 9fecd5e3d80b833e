namespace Replication.ProcessKit.Proxying;

/// <summary>What happens to one connection.</summary>
/// <param name="ToTarget">To what the one who connects says.</param>
/// <param name="FromTarget">To what is answered.</param>
public sealed record ConnectionPlan(DirectionPlan ToTarget, DirectionPlan FromTarget)
{
    /// <summary>Nothing happens to it.</summary>
    public static ConnectionPlan Nothing { get; } = new(DirectionPlan.Nothing, DirectionPlan.Nothing);
}
