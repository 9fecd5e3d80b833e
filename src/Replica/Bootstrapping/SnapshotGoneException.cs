namespace Replication.Replica.Bootstrapping;

/// <summary>The snapshot that was being fetched cannot be had, or is not what it was said to be: what came of it is forgotten, and another is asked for.</summary>
internal sealed class SnapshotGoneException(string message, Exception cause) : IOException(message, cause);
