using Replication.Core.Positions;

namespace Replication.Core.Records;

/// <summary>The data in memory is not what the primary had at this entry.</summary>
public sealed class DigestMismatchException(LogPosition position, StateDigestEntry logged, StateDigestEntry own)
    : ApplyException(position, $"the log says digest {logged.Digest} over {logged.Records} records, memory has {own.Digest} over {own.Records}")
{
    /// <summary>What the primary wrote.</summary>
    public StateDigestEntry Logged => logged;

    /// <summary>What this node's memory has.</summary>
    public StateDigestEntry Own => own;
}
