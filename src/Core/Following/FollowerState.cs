namespace Replication.Core.Following;

/// <summary>How a replica's upstream sees it.</summary>
public enum FollowerState
{
    /// <summary>It was told to begin from a snapshot.</summary>
    Bootstrapping,
    /// <summary>It follows, and what it has is not yet close to the end of the log.</summary>
    CatchingUp,
    /// <summary>It follows at the end of the log.</summary>
    Streaming,
    /// <summary>No session is open.</summary>
    Disconnected,
}

/// <summary>Which state may follow which.</summary>
public static class FollowerStates
{
    /// <summary>Whether a follower may move from one state to another.</summary>
    public static bool CanMoveTo(this FollowerState from, FollowerState to) => (from, to) switch
    {
        (FollowerState.Disconnected, FollowerState.Bootstrapping or FollowerState.CatchingUp) => true,
        (FollowerState.Bootstrapping, FollowerState.CatchingUp or FollowerState.Disconnected) => true,
        (FollowerState.CatchingUp, FollowerState.Streaming or FollowerState.Disconnected) => true,
        (FollowerState.Streaming, FollowerState.CatchingUp or FollowerState.Disconnected) => true,
        _ => false,
    };
}
