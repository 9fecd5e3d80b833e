namespace Replication.Bench.Load;

/// <summary>What one measurement has shown.</summary>
internal sealed record LoadResult(long Operations, double Seconds, double MedianMicros, double SlowMicros)
{
    public double Rate => Operations / Seconds;
}
