using System.Collections.Immutable;
using Replication.Core.Positions;

namespace Replication.Core.Log;

/// <summary>What a log on disk turned out to hold.</summary>
/// <param name="Log">Open for appending; everything in it is synced.</param>
/// <param name="Reigns">The reigns that begin in it.</param>
/// <param name="CommitIndex">The highest commit index that a mark names; 0 when none does.</param>
/// <param name="TornTail">What was cut; null when the end was clean.</param>
public sealed record RecoveredLog(SegmentedLog Log, ImmutableArray<EpochRow> Reigns, long CommitIndex, TornTail? TornTail)
{
    /// <summary>Every reign up to the end of the log.</summary>
    /// <param name="epochs">Those up to a place in it.</param>
    /// <param name="index">The last entry of that place.</param>
    public EpochTable EpochsFrom(EpochTable epochs, long index) => Reigns.Where(row => row.FirstIndex > index).Aggregate(epochs, (table, row) => table.With(row));
}

/// <summary>A write that a crash cut short. Its bytes were saved.</summary>
/// <param name="Index">Index of the first entry that was cut.</param>
/// <param name="Bytes">How many bytes were cut.</param>
/// <param name="SavedAs">The side file that holds them.</param>
/// <param name="Reason">What stood there.</param>
public sealed record TornTail(long Index, long Bytes, string SavedAs, string Reason);
