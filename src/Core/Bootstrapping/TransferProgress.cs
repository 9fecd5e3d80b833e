namespace Replication.Core.Bootstrapping;

/// <summary>How far a transfer has come.</summary>
/// <param name="Bytes">Of chunks that have come.</param>
/// <param name="TotalBytes">Of all chunks; 0 when there is no transfer.</param>
public readonly record struct TransferProgress(long Bytes, long TotalBytes)
{
    /// <summary>No transfer.</summary>
    public static readonly TransferProgress None;

    /// <summary>Whether there is a transfer.</summary>
    public bool IsUnderWay => TotalBytes > 0;
}
