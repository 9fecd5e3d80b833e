namespace Replication.ProcessKit.Proxying;

/// <summary>A bit that is turned on its way.</summary>
/// <param name="At">The byte, counted from 0 in one direction of one connection.</param>
/// <param name="Mask">Which bits of it are turned; not 0.</param>
public readonly record struct ByteFlip(long At, byte Mask)
{
    /// <summary>One bit of each byte that is drawn, without an end: gaps of every size up to a limit are equally likely, so that the first bytes of a connection get their share.</summary>
    /// <param name="seed">The same seed draws the same flips.</param>
    /// <param name="longestGap">Bytes between two of them, at most; from 2.</param>
    public static IEnumerable<ByteFlip> Seeded(int seed, long longestGap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longestGap, 2);
        return Draw(new Random(seed), longestGap);
    }

    private static IEnumerable<ByteFlip> Draw(Random random, long longestGap)
    {
        for (var at = 0L; ;)
        {
            at += (long)Math.Exp(random.NextDouble() * Math.Log(longestGap));
            yield return new ByteFlip(at, (byte)(1 << random.Next(8)));
        }
    }
}
