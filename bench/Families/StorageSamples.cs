using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>What one side's records cost.</summary>
internal sealed class StorageSamples(int records)
{
    /// <summary>Resident bytes of a process without records.</summary>
    public long EmptyBytes { get; set; }

    public Samples Seconds { get; } = new();

    public Samples MemoryWritten { get; } = new();

    public Samples MemoryRestarted { get; } = new();

    public Samples Log { get; } = new();

    public Samples LogOfSingles { get; } = new();

    public Samples Snapshot { get; } = new();

    public double PerRecord(double bytes) => bytes / records;

    public void Restarted(double seconds, long residentBytes)
    {
        Seconds.Add(seconds);
        MemoryRestarted.Add(PerRecord(residentBytes - EmptyBytes));
    }
}
