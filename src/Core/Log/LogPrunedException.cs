namespace Replication.Core.Log;

/// <summary>The entry was removed; a snapshot holds its effects.</summary>
public sealed class LogPrunedException(long index, long lowest)
    : IOException($"Entry {index} is no longer in the log; the lowest one is {lowest}. Begin from a snapshot.")
{
    /// <summary>The lowest index that is still there.</summary>
    public long Lowest => lowest;
}
