using Replication.Core.Log;
using Replication.Core.Snapshots;

namespace Replication.Core.Database;

/// <summary>What opening a database found, for the log and for status.</summary>
/// <param name="IsNew">The directory was made now.</param>
/// <param name="SnapshotIndex">Index of the snapshot that was loaded; 0 when there was none.</param>
/// <param name="Replayed">Entries replayed from the log.</param>
/// <param name="TornTail">What a crash had left at the end of the log; null when the end was clean.</param>
/// <param name="Damaged">Snapshots that were passed over because they are damaged.</param>
public sealed record OpeningReport(bool IsNew, long SnapshotIndex, long Replayed, TornTail? TornTail, IReadOnlyList<SnapshotDamagedException> Damaged);
