namespace Replication.Core.Following.Retention;

/// <summary>How much log is kept for a replica that is behind or away. Whichever limit is reached first drops it: it then begins from a snapshot when it returns.</summary>
/// <param name="Bytes">Of log behind the end.</param>
/// <param name="Time">Since it was heard of.</param>
public readonly record struct RetentionLimits(long Bytes, TimeSpan Time)
{
    /// <summary>A bootstrap that asked for nothing during this time holds its snapshot no longer.</summary>
    public static readonly TimeSpan SnapshotPatience = TimeSpan.FromMinutes(2);
}
