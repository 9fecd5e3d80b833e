namespace Replication.Node.Roles;

/// <summary>Where a node is in its life.</summary>
public enum NodeState
{
    /// <summary>The process has begun.</summary>
    Starting,
    /// <summary>The data directory is being read.</summary>
    Recovering,
    /// <summary>It writes.</summary>
    Primary,
    /// <summary>A replica without a session.</summary>
    Connecting,
    /// <summary>A replica that fetches a snapshot.</summary>
    Bootstrapping,
    /// <summary>A replica that is not at the end of the log yet.</summary>
    CatchingUp,
    /// <summary>A replica at the end of the log.</summary>
    Streaming,
    /// <summary>A replica whose memory did not agree with a digest: it replays its own files and shows nothing meanwhile.</summary>
    Checking,
    /// <summary>A replica whose own files do not agree with a digest: it shows what agreed last and follows nobody.</summary>
    Holding,
    /// <summary>It ends what it does and stops.</summary>
    Stopping,
}

/// <summary>Which state may follow which.</summary>
public static class NodeStates
{
    /// <summary>Whether a node may move from one state to another.</summary>
    public static bool CanMoveTo(this NodeState from, NodeState to) => (from, to) switch
    {
        (NodeState.Stopping, _) => false,
        (_, NodeState.Stopping) => true,
        (NodeState.Starting, NodeState.Recovering) => true,
        (NodeState.Recovering, NodeState.Primary or NodeState.Connecting) => true,
        _ => false,
    };
}
