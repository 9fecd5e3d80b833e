namespace Replication.Primary.Serving;

/// <summary>How a node serves its followers.</summary>
public sealed record ServingOptions
{
    /// <summary>Bytes of a snapshot in one message.</summary>
    public const int PieceBytes = 256 * 1024;

    /// <summary>When whoever did not read the pieces of a snapshot may ask for them again.</summary>
    public static readonly TimeSpan RetryUnread = TimeSpan.FromSeconds(1);

    /// <summary>A heartbeat is sent at least so often. Default 1 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a new session may take to say Hello. Default 10 s.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A session that acknowledged nothing for so long is closed. Default 30 s.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a replica may take to read each last message of a session that ended; behind that its stream is aborted. Default 3 s.</summary>
    public TimeSpan LeavePatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Nodes that fetch a snapshot at the same time; others are told when to come again. Default 4.</summary>
    public int MaxTransfers { get; init; } = 4;

    /// <summary>How long one piece of a snapshot may take to be written; behind that its call is aborted and its transfer is free for others. Default 60 s.</summary>
    public TimeSpan PieceTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of snapshots sent in a second, to all together; 0 for no limit. Default 0.</summary>
    public long SnapshotBytesPerSecond { get; init; }

    /// <summary>A snapshot is offered while no more log than this stands behind it; otherwise a new one is written. Default 64 MiB.</summary>
    public long OfferedSnapshotMaxLogBytes { get; init; } = 64 * 1024 * 1024;
}
