using System.Collections.Immutable;
using Replication.Core.Bootstrapping;

namespace Replication.Core.Following;

/// <summary>How far a replica has come; each number only grows during a session.</summary>
/// <param name="Received">Highest index taken in.</param>
/// <param name="Durable">Highest index synced on its disk.</param>
/// <param name="Applied">Highest index that its readers see; 0 while it fetches the snapshot before its log.</param>
/// <param name="Stamp">Its monotonic clock in microseconds.</param>
/// <param name="Transfer">How far it has fetched its snapshot; none when it does not.</param>
public readonly record struct Acknowledgement(long Received, long Durable, long Applied, ulong Stamp, TransferProgress Transfer = default)
{
    /// <summary>The nodes that get their data over the replica, for status; null when they are as they were said last on this session.</summary>
    public ImmutableArray<DownstreamNode>? Below { get; init; }
}
