using System.Collections.Immutable;

namespace Replication.Core.Following.Retention;

/// <summary>What the followers of a node still need of its files.</summary>
/// <param name="LogFrom">The first entry that one of them needs; one beyond the end when none needs any.</param>
/// <param name="Snapshots">Indexes of snapshots that are being fetched.</param>
public sealed record FollowerNeeds(long LogFrom, ImmutableArray<long> Snapshots)
{
    /// <summary>Nothing is known of any follower: as much log as the budget allows is kept.</summary>
    public static FollowerNeeds Unknown { get; } = new(0, []);
}
