using System.Diagnostics;
using System.Numerics;

namespace Replication.Bench.Load;

/// <summary>Latencies in nanoseconds, exact to 1/32. For one thread at a time; several are added up at the end.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int Sub = 1 << SubBits;

    private readonly int[] _counts = new int[(64 - SubBits) * Sub];

    public long Count { get; private set; }

    public void Record(long startTimestamp, long endTimestamp)
    {
        var nanos = (ulong)Math.Max(1, (endTimestamp - startTimestamp) * (1_000_000_000 / Stopwatch.Frequency));
        _counts[BucketOf(nanos)]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < _counts.Length; bucket++) _counts[bucket] += other._counts[bucket];
        Count += other.Count;
    }

    public double MicrosAt(double quantile)
    {
        var rank = (long)Math.Ceiling(quantile * Count);
        for (var bucket = 0; bucket < _counts.Length; bucket++)
            if ((rank -= _counts[bucket]) <= 0)
                return MiddleOf(bucket) / 1000;
        return 0;
    }

    private static int BucketOf(ulong nanos)
    {
        if (nanos < Sub) return (int)nanos;
        var shift = BitOperations.Log2(nanos) - SubBits;
        return (shift + 1) * Sub + (int)((nanos >> shift) - Sub);
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < Sub) return bucket;
        var shift = bucket / Sub - 1;
        return (bucket % Sub + Sub + 0.5) * (1UL << shift);
    }
}
