namespace Replication.Kit;

/// <summary>
/// Decides what a power loss leaves of what was not synced. It is asked in a fixed order: file by file in the order of
/// their making, sectors ascending, then names in the order of their changes.
/// </summary>
public interface IPowerLoss
{
    /// <summary>What a sector holds afterwards.</summary>
    /// <param name="sector">Its number in its file.</param>
    /// <param name="writes">How many writes since the last sync touched it; at least 1.</param>
    SectorFate FateOf(long sector, int writes);

    /// <summary>Whether a create, rename or delete is still there.</summary>
    /// <param name="ordinal">Which, oldest first, from 0.</param>
    /// <param name="count">How many were not synced.</param>
    bool KeepsName(int ordinal, int count);
}
