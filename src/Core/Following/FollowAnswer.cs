using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>Why a replica is refused.</summary>
public enum RefusalReason
{
    /// <summary>It belongs to another history.</summary>
    OtherHistory,
    /// <summary>It speaks another protocol version or cannot read the log.</summary>
    UnsupportedVersion,
    /// <summary>It lacks the right to follow.</summary>
    Credentials,
    /// <summary>Its data directory is a copy of a live node's.</summary>
    Clone,
    /// <summary>It would follow itself, directly or over others, or the chain of nodes would be too long.</summary>
    Loop,
    /// <summary>Same reigns, other bytes: one side is damaged.</summary>
    Damaged,
    /// <summary>The message makes no sense.</summary>
    Malformed,
    /// <summary>There is no data to serve yet.</summary>
    NotReady,
    /// <summary>The upstream's log ends before the replica's, and all of it is in the replica's: it has less.</summary>
    Behind,
}

/// <summary>What an upstream answers to a <see cref="Hello"/>: a closed set.</summary>
public abstract record FollowAnswer
{
    private FollowAnswer()
    {
    }

    /// <summary>The replica's history is a prefix: frames follow.</summary>
    /// <param name="FromIndex">The first frame to send.</param>
    public sealed record Resume(long FromIndex) : FollowAnswer
    {
        /// <summary>The version of the follow protocol that both speak from here on.</summary>
        public int ProtocolVersion { get; init; } = ProtocolVersions.Own.Newest;
    }

    /// <summary>The histories part behind a position.</summary>
    public sealed record Diverged(LogPosition Fork) : FollowAnswer;

    /// <summary>The replica has to begin from a snapshot.</summary>
    public sealed record NeedSnapshot : FollowAnswer;

    /// <summary>The replica may not follow.</summary>
    public sealed record Refused(RefusalReason Reason, string Message) : FollowAnswer;
}
