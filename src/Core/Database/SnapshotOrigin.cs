using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;

namespace Replication.Core.Database;

/// <summary>Whether a state is one of the log that is here now: it may have been taken before a bootstrap replaced the log.</summary>
internal static class SnapshotOrigin
{
    /// <summary>The log that a snapshot of the state belongs to.</summary>
    /// <exception cref="SnapshotRefusedException">There is no data, or the state's last entry is not the one that is synced in the log.</exception>
    public static SegmentedLog Of(DatabaseState state, LogLease? lease)
    {
        if (lease is null || state.Index == 0) throw SnapshotRefusedException.Nothing();
        // One that stands before all of the log cannot be told from a state of another log, and nothing would go on behind it.
        if (CrcOf(lease.Log, state.Index) != state.Tail.Crc) throw SnapshotRefusedException.NotInLog(state.Index);
        return lease.Log;
    }

    private static uint? CrcOf(SegmentedLog log, long index)
    {
        try
        {
            return log.CrcOf(index);
        }
        catch (Exception gone) when (gone is LogPrunedException or LogDamagedException)
        {
            return null;
        }
    }
}
