namespace Replication.Replica;

/// <summary>Where a replica is in its life.</summary>
public enum ReplicaState
{
    /// <summary>No session is open; the replica tries to open one.</summary>
    Connecting,
    /// <summary>It fetches a snapshot to begin from.</summary>
    Bootstrapping,
    /// <summary>It follows and is not at the end of the log yet.</summary>
    CatchingUp,
    /// <summary>It follows at the end of the log.</summary>
    Streaming,
    /// <summary>Its memory did not agree with a digest: it replays its own files and shows nothing meanwhile.</summary>
    Checking,
    /// <summary>Its own files do not agree with a digest either: it shows what agreed last and follows nobody.</summary>
    Holding,
    /// <summary>It ends.</summary>
    Stopping,
}

/// <summary>Which state may follow which.</summary>
public static class ReplicaStates
{
    /// <summary>Whether a replica may move from one state to another.</summary>
    public static bool CanMoveTo(this ReplicaState from, ReplicaState to) => (from, to) switch
    {
        (ReplicaState.Stopping, _) => false,
        (_, ReplicaState.Stopping) => true,
        (ReplicaState.Connecting, ReplicaState.Bootstrapping or ReplicaState.CatchingUp or ReplicaState.Checking or ReplicaState.Holding) => true,
        (ReplicaState.Checking, ReplicaState.Connecting) => true,
        (ReplicaState.Bootstrapping, ReplicaState.CatchingUp or ReplicaState.Connecting) => true,
        (ReplicaState.CatchingUp, ReplicaState.Streaming or ReplicaState.Connecting) => true,
        (ReplicaState.Streaming, ReplicaState.CatchingUp or ReplicaState.Connecting) => true,
        _ => false,
    };
}
