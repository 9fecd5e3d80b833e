namespace Replication.Core.Following.Retention;

/// <summary>A replica for which a node keeps its log, whether a session is open or not.</summary>
/// <param name="NodeId">Its identity.</param>
/// <param name="NodeName">Its name, for people.</param>
/// <param name="Has">Index behind which it needs the log: the end of its synced log, or of the snapshot that it fetches.</param>
/// <param name="LastContactMicros">When it was heard of last, in microseconds since 1970-01-01 UTC by this node's clock.</param>
public readonly record struct RegisteredFollower(ulong NodeId, string NodeName, long Has, long LastContactMicros);
