namespace Replication.Kit;

/// <summary>What a power loss leaves of one sector: the sector as it was behind some of its writes, or the beginning of that.</summary>
/// <param name="Writes">How many of the un-synced writes to it, oldest first, had reached the disk.</param>
/// <param name="Bytes">How many bytes of the sector are that new; behind them it is as it was at the last sync.</param>
public readonly record struct SectorFate(int Writes, int Bytes)
{
    /// <summary>As it was at the last sync.</summary>
    public static SectorFate Lost => default;

    /// <summary>As it was behind so many writes.</summary>
    public static SectorFate Whole(int writes) => new(writes, PowerLoss.SectorBytes);
}
