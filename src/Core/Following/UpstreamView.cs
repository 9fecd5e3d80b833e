using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>What an upstream has, as far as the handshake needs it.</summary>
/// <param name="History">Its lineage; none when it has no data yet.</param>
/// <param name="NodeId">Its own.</param>
/// <param name="Epochs">Every reign up to the end of its log.</param>
/// <param name="FirstIndex">The first entry of its log.</param>
/// <param name="DurableIndex">The end of its synced log.</param>
/// <param name="CrcAtReplicaEnd">The crc it has at the replica's last index; null when that entry is not in its log.</param>
public readonly record struct UpstreamView(
    HistoryId History, ulong NodeId, EpochTable Epochs, long FirstIndex, long DurableIndex, uint? CrcAtReplicaEnd);
