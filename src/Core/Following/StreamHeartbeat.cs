namespace Replication.Core.Following;

/// <summary>What an upstream says when there are no frames to say it with.</summary>
/// <param name="CommitIndex">Never beyond the last entry sent on the session.</param>
/// <param name="DurableIndex">The end of the sender's synced log.</param>
/// <param name="EchoedStamp">The newest stamp acknowledged on the session; 0 when none was.</param>
/// <param name="SenderAge">How old the sender's own data is; zero from a primary.</param>
public readonly record struct StreamHeartbeat(long CommitIndex, long DurableIndex, ulong EchoedStamp, TimeSpan SenderAge)
{
    /// <summary>Bytes that the sender's log has behind the last entry sent on the session; null when it does not say.</summary>
    public long? BytesBehind { get; init; }

    /// <summary>The sender's; null when it does not say.</summary>
    public UpstreamPath? Path { get; init; }
}
