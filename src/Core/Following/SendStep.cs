namespace Replication.Core.Following;

/// <summary>What the upstream's end of a stream does next.</summary>
public enum SendStep
{
    /// <summary>Nothing, until the log moves, an acknowledgement comes or the next heartbeat is due.</summary>
    Wait,
    /// <summary>Send a heartbeat.</summary>
    Heartbeat,
    /// <summary>Read the next frames from the log and send them.</summary>
    Frames,
    /// <summary>End the session: the replica acknowledged nothing for too long.</summary>
    EndSilent,
}
