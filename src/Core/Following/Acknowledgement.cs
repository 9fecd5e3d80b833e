namespace Replication.Core.Following;

/// <summary>How far a replica is: cumulative.</summary>
/// <param name="Received">Highest index received.</param>
/// <param name="Durable">Highest index synced on its disk; at most <paramref name="Received"/>.</param>
/// <param name="Applied">Highest index its readers see.</param>
/// <param name="Stamp">Its monotonic clock in microseconds, to be echoed.</param>
public readonly record struct Acknowledgement(long Received, long Durable, long Applied, ulong Stamp);
