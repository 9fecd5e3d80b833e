using Replication.Core.Database;
using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>What an upstream has, as far as the handshake needs it.</summary>
/// <param name="History">Its lineage; none when it has no data yet.</param>
/// <param name="Epochs">Every reign up to the end of its log.</param>
/// <param name="FirstIndex">The first entry from which on its log can be read.</param>
/// <param name="DurableIndex">The end of its synced log.</param>
/// <param name="CrcAtReplicaEnd">The crc it has at the replica's last index; null when that entry is not in its log.</param>
public readonly record struct UpstreamView(
    HistoryId History, EpochTable Epochs, long FirstIndex, long DurableIndex, uint? CrcAtReplicaEnd)
{
    /// <summary>What a node has; the default while it has no log, or none that is in the history that goes on.</summary>
    /// <param name="database">Of the node.</param>
    /// <param name="hello">Of the replica.</param>
    public static UpstreamView Of(LocalDatabase database, Hello hello)
    {
        if (database.IsWithdrawn || database.Log is not { } lease) return default;
        try
        {
            return Of(database, lease, hello);
        }
        catch (LogDamagedException)
        {
            // The log knows now that it cannot be read there, and what is left of it is another view.
            return Of(database, lease, hello);
        }
    }

    private static UpstreamView Of(LocalDatabase database, LogLease lease, Hello hello)
    {
        var (first, durable) = (lease.Log.FirstReadable, lease.Log.Durable.Index);
        var isInLog = hello.Durable.Index >= first - 1 && hello.Durable.Index <= durable;
        return new UpstreamView(
            database.History,
            lease.Epochs.UpTo(durable),
            first,
            durable,
            isInLog ? lease.Log.CrcOf(hello.Durable.Index) : null);
    }
}
