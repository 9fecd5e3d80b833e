namespace Replication.Kit;

/// <summary>What of the writes that were not synced a power loss leaves behind.</summary>
public enum UnsyncedWrites
{
    Kept,
    Dropped,
    /// <summary>Only sectors of 512 bytes with an even number.</summary>
    EvenSectors,
    /// <summary>Only sectors of 512 bytes with an odd number.</summary>
    OddSectors,
}

/// <summary>What of the creates, renames and deletes whose directory was not synced a power loss leaves behind.</summary>
public enum UnsyncedNames
{
    Kept,
    Dropped,
    /// <summary>Each other one, the first kept: a disk need not keep their order.</summary>
    EvenOnes,
    /// <summary>Each other one, the first dropped.</summary>
    OddOnes,
    /// <summary>Only the newest one.</summary>
    LastOne,
}

/// <summary>How the power goes off: every sector and every name by the same rule, so that all the ways can be listed.</summary>
public readonly record struct PowerLoss(UnsyncedWrites Writes, UnsyncedNames Names) : IPowerLoss
{
    /// <summary>What a disk writes at once.</summary>
    public const int SectorBytes = 512;

    /// <summary>Only the process dies; the operating system keeps everything.</summary>
    public static PowerLoss None => new(UnsyncedWrites.Kept, UnsyncedNames.Kept);

    /// <summary>Every combination.</summary>
    public static IEnumerable<PowerLoss> All =>
        from writes in Enum.GetValues<UnsyncedWrites>()
        from names in Enum.GetValues<UnsyncedNames>()
        select new PowerLoss(writes, names);

    public SectorFate FateOf(long sector, int writes) => KeepsSector(sector) ? SectorFate.Whole(writes) : SectorFate.Lost;

    public bool KeepsName(int ordinal, int count) => Names switch
    {
        UnsyncedNames.LastOne => ordinal == count - 1,
        UnsyncedNames.Kept => true,
        UnsyncedNames.EvenOnes => ordinal % 2 == 0,
        UnsyncedNames.OddOnes => ordinal % 2 == 1,
        _ => false,
    };

    private bool KeepsSector(long sector) => Writes switch
    {
        UnsyncedWrites.Kept => true,
        UnsyncedWrites.EvenSectors => sector % 2 == 0,
        UnsyncedWrites.OddSectors => sector % 2 == 1,
        _ => false,
    };
}
