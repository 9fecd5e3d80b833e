using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;

namespace Replication.Core.Database;

/// <summary>Which data directory, and how it is used.</summary>
/// <param name="Directory">The data directory.</param>
public sealed record DatabaseOptions(string Directory)
{
    /// <summary>How the log uses the disk.</summary>
    public LogOptions Log { get; init; } = LogOptions.Default;

    /// <summary>
    /// Allows a new database in a directory that exists and is empty. Without it such a directory is refused: it may be
    /// a mount that is missing.
    /// </summary>
    public bool Init { get; init; }

    /// <summary>A chunk of a snapshot is closed once it has so many bytes. Default 1 MiB.</summary>
    public int ChunkBytes { get; init; } = SnapshotWriter.ChunkBytes;

    /// <summary>Told how far opening the directory has come.</summary>
    public RecoveryProgress Progress { get; init; } = new();

    /// <summary>Of so many last entries the digest is remembered, at 40 bytes each, so that nodes can be compared. Default 65,536.</summary>
    public int DigestsRemembered { get; init; } = DigestHistory.Capacity;
}
