namespace Replication.Core.Log;

/// <summary>How the log uses the disk.</summary>
public sealed record LogOptions
{
    /// <summary>The smallest segment that makes sense: small ones are for tests.</summary>
    public const int MinSegmentBytes = 1024;

    /// <summary>Bytes of a segment file, <see cref="MinSegmentBytes"/> to 1 GiB. Default 64 MiB. A single larger entry makes a larger segment.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The share of the disk (free space and log together) beyond which no log is kept for replicas.</summary>
    public const double DiskShare = 0.5;

    /// <summary>
    /// Bytes of log kept for a replica that is behind or away, whatever this node itself needs besides. Default 1 GiB.
    /// </summary>
    public long RetainBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of the newest log that are kept in memory, one copy for all live replicas; 0 to 1 GiB. Default 8 MiB.</summary>
    public int RecentBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>The defaults.</summary>
    public static LogOptions Default { get; } = new();

    /// <summary>This record, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds.</exception>
    public LogOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, MinSegmentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SegmentBytes, 1 << 30);
        ArgumentOutOfRangeException.ThrowIfNegative(RetainBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(RecentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RecentBytes, 1 << 30);
        return this;
    }
}
