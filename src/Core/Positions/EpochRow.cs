namespace Replication.Core.Positions;

/// <summary>One reign in the epoch table.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="ReignId">Random, never zero: tells two reigns with the same epoch apart.</param>
/// <param name="FirstIndex">Index of its epoch start, its first entry.</param>
/// <param name="PreviousCrc">crc32c of the frame before that; 0 when there is none.</param>
public readonly record struct EpochRow(Epoch Epoch, ulong ReignId, long FirstIndex, uint PreviousCrc);
