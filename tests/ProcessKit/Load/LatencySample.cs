namespace Replication.ProcessKit.Load;

/// <summary>Durations of one span of time.</summary>
/// <param name="Ascending">Them, the shortest first.</param>
public sealed record LatencySample(IReadOnlyList<TimeSpan> Ascending)
{
    /// <summary>How many.</summary>
    public int Count => Ascending.Count;

    /// <summary>What a share of them did not exceed; null without any.</summary>
    /// <param name="share">0 to 1: 0.99 for the p99.</param>
    public TimeSpan? Percentile(double share) => Count == 0 ? null : Ascending[(int)Math.Clamp(Math.Ceiling(share * Count) - 1, 0, Count - 1)];

    /// <summary>Count, p50 and p99, for people.</summary>
    public override string ToString() => Count == 0 ? "none" : FormattableString.Invariant($"{Count}, p50 {Percentile(0.5)!.Value.TotalMilliseconds:0.0} ms, p99 {Percentile(0.99)!.Value.TotalMilliseconds:0.0} ms");
}
