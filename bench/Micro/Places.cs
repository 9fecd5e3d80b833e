namespace Replication.Bench.Micro;

/// <summary>Each number below <see cref="Count"/> once, in no order that a processor could guess, and then again.</summary>
internal struct Places
{
    /// <summary>About a million: records that no cache holds.</summary>
    public const int Count = 1 << 20;

    // A linear congruential generator of full period: the multiplier is 1 modulo 4, the increment odd.
    private const int Multiplier = 1_664_525;
    private const int Increment = 1_013_904_223;

    private int _last;

    public int Next() => _last = unchecked((_last * Multiplier) + Increment) & (Count - 1);
}
