using Replication.Bench.Load;

namespace Replication.Bench.Reporting;

/// <summary>What the rounds of one load have shown, on one side.</summary>
internal sealed class LoadSamples
{
    public Samples Rate { get; } = new();

    public Samples MedianMicros { get; } = new();

    public Samples SlowMicros { get; } = new();

    /// <summary>CPU-seconds of the servers per 1,000 operations.</summary>
    public Samples Cpu { get; } = new();

    public void Add(LoadResult result, double cpuSeconds)
    {
        if (result.Operations == 0) throw new InvalidOperationException("A load came to nothing: not one operation was done in its time.");
        Rate.Add(result.Rate);
        MedianMicros.Add(result.MedianMicros);
        SlowMicros.Add(result.SlowMicros);
        Cpu.Add(cpuSeconds * 1000 / result.Operations);
    }

    /// <summary>The four rows of a load.</summary>
    public void AddRows(Report report, string name, LoadSamples peer, string unit, Target? rate, Target? latency, string beside)
    {
        report.Add(name, Rate, peer.Rate, unit, rate, beside);
        report.Add($"{name}-p50", MedianMicros, peer.MedianMicros, "µs", latency, beside);
        report.Add($"{name}-p99", SlowMicros, peer.SlowMicros, "µs", null, beside);
        report.Add($"{name}-cpu", Cpu, peer.Cpu, "CPU-s/1,000", null, beside);
    }
}
