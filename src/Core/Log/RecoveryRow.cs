namespace Replication.Core.Log;

/// <summary>What recovery finds where the next frame was expected.</summary>
public enum RecoveryFinding
{
    /// <summary>A frame whose crc is right and that follows the one before it.</summary>
    NextFrame,
    /// <summary>Such a frame, of a kind that this version neither knows nor may pass over.</summary>
    UnknownFrame,
    /// <summary>A valid mark of this segment.</summary>
    Mark,
    /// <summary>Zeros up to the end of the file.</summary>
    Zeros,
    /// <summary>Anything else: a bad length or crc, a frame that does not follow, zeros with something behind them.</summary>
    Other,
}

/// <summary>The rows of the recovery table. docs/LOG_FORMAT.md shows it.</summary>
public enum RecoveryRow
{
    /// <summary>A: take the frame and go on behind it.</summary>
    TakeFrame,
    /// <summary>B: refuse: a newer version wrote this.</summary>
    RefuseUnknown,
    /// <summary>C: take note of the mark and go on behind it.</summary>
    TakeMark,
    /// <summary>D: go on in the next segment.</summary>
    NextSegment,
    /// <summary>E: the clean end of the log.</summary>
    End,
    /// <summary>F: a write that a crash cut short; nothing of it was ever acknowledged: cut it.</summary>
    CutTornTail,
    /// <summary>G: entries that had been synced are not there: refuse, change nothing.</summary>
    RefuseDamage,
}

/// <summary>
/// Tells a torn tail from damage. A torn tail is what an un-synced write leaves behind; anything that had been synced
/// must be there. The evidence of a sync is a mark (its batch was written after the sync) or a later segment (it is
/// named after the sync of everything before it).
/// </summary>
public static class RecoveryTable
{
    /// <summary>The row that applies.</summary>
    /// <param name="finding">What stands at the place.</param>
    /// <param name="expectedIndex">Index of the entry expected there.</param>
    /// <param name="syncedIndex">The highest index of whose sync there is evidence anywhere in the segment or behind it; -1 for none.</param>
    /// <param name="laterSegment">Whether a later segment exists.</param>
    public static RecoveryRow Decide(RecoveryFinding finding, long expectedIndex, long syncedIndex, bool laterSegment) => finding switch
    {
        RecoveryFinding.NextFrame => RecoveryRow.TakeFrame,
        RecoveryFinding.UnknownFrame => RecoveryRow.RefuseUnknown,
        RecoveryFinding.Mark => RecoveryRow.TakeMark,
        _ when syncedIndex >= expectedIndex => RecoveryRow.RefuseDamage,
        RecoveryFinding.Zeros => laterSegment ? RecoveryRow.NextSegment : RecoveryRow.End,
        RecoveryFinding.Other => laterSegment ? RecoveryRow.RefuseDamage : RecoveryRow.CutTornTail,
        _ => throw new ArgumentOutOfRangeException(nameof(finding), finding, "not a finding"),
    };
}
