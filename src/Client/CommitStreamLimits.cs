namespace Replication.Client;

/// <summary>How commits are coalesced on the stream, and how many may be under way.</summary>
public sealed record CommitStreamLimits
{
    /// <summary>Bytes of one message, 64 KiB to 16 MiB. Default 4 MiB. A larger transaction travels as a call of its own.</summary>
    public int MaxMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Transactions in one message, 1 to 65,536. Default 1,024.</summary>
    public int MaxMessageCommits { get; init; } = 1024;

    /// <summary>Transactions sent and not answered, 1 to 1,048,576. Default 8,192. Further ones wait in the queue.</summary>
    public int MaxInFlight { get; init; } = 8192;

    /// <summary>Bytes sent and not answered, 1 MiB to 1 GiB. Default 32 MiB.</summary>
    public long MaxInFlightBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Transactions that wait to be sent, 1 to 1,048,576. Default 65,536. Beyond that a commit fails with <see cref="ReplicationErrorCode.Busy"/>.</summary>
    public int MaxQueued { get; init; } = 65_536;

    /// <summary>This record, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds.</exception>
    public CommitStreamLimits Validated()
    {
        Bounds.Check(MaxMessageBytes, 64 * 1024, 16 * 1024 * 1024);
        Bounds.Check(MaxMessageCommits, 1, 65_536);
        Bounds.Check(MaxInFlight, 1, 1_048_576);
        Bounds.Check(MaxInFlightBytes, 1024 * 1024, 1024 * 1024 * 1024);
        Bounds.Check(MaxQueued, 1, 1_048_576);
        return this;
    }
}
