using System.Diagnostics;
using System.Globalization;

namespace Replication.Kit.Fuzzing;

/// <summary>
/// Gives a decoder wrong bytes by the thousand and holds it to three promises: it throws only what it says it throws, it allocates no more
/// than its input can explain, and what it accepts is the same once it has been written and read again.
/// </summary>
public sealed class FuzzRun
{
    private const string Variable = "FUZZ_RUNS";
    private const int DefaultRuns = 1500;
    private const int FreeBytes = 256 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly int _runs;
    private readonly int _seed;

    private FuzzRun(int runs, int seed) => (_runs, _seed) = (runs, seed);

    /// <summary>As many runs as <c>FUZZ_RUNS="200000 7"</c> says, with that seed; few without it.</summary>
    public static FuzzRun FromEnvironment()
    {
        var words = (Environment.GetEnvironmentVariable(Variable) ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new FuzzRun(
            words.Length > 0 ? int.Parse(words[0], CultureInfo.InvariantCulture) : DefaultRuns,
            words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 1);
    }

    /// <summary>Holds a decoder to its promises.</summary>
    /// <returns>How many wrong inputs it accepted.</returns>
    /// <exception cref="InvalidOperationException">It broke one; the message has the input.</exception>
    public int Check(Decoder decoder)
    {
        foreach (var sample in decoder.Samples)
            if (!Holds(decoder, sample, "a right input"))
                throw new InvalidOperationException($"It refuses its own sample {Convert.ToHexString(sample)}.");
        var mutator = new Mutator(_seed);
        var accepted = 0;
        for (var run = 0; run < _runs; run++)
        {
            var bytes = mutator.Next(decoder.Samples);
            if (mutator.Perhaps()) bytes = decoder.Reseal(bytes);
            if (Holds(decoder, bytes, $"run {run} of seed {_seed}")) accepted++;
        }
        return accepted;
    }

    private static long AllocatedBy(Decoder decoder, byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            decoder.Decode(bytes);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        catch (Exception refused) when (decoder.Refuses(refused))
        {
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static bool Holds(Decoder decoder, byte[] bytes, string which)
    {
        byte[]? written;
        var (began, allocated) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        try
        {
            written = decoder.Decode(bytes);
        }
        catch (Exception refused) when (decoder.Refuses(refused))
        {
            written = null;
            ThrowIfTooMuch();
            return false;
        }
        catch (Exception wrong)
        {
            throw new InvalidOperationException($"{which} met {wrong.GetType().Name} ({wrong.Message}): {Convert.ToHexString(bytes)}", wrong);
        }
        ThrowIfTooMuch();
        if (written is not null && !(decoder.Decode(written) ?? []).AsSpan().SequenceEqual(written))
            throw new InvalidOperationException($"{which} is not the same once it is written and read: {Convert.ToHexString(bytes)}");
        return true;

        void ThrowIfTooMuch()
        {
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            // Twice: what is made once, at the first message or the first error of a kind, is not what the input costs.
            var limit = FreeBytes + ((long)decoder.AllocationFactor * bytes.Length);
            if (allocated > limit && AllocatedBy(decoder, bytes) > limit) throw new InvalidOperationException($"{which} of {bytes.Length} bytes allocated {allocated}: {Convert.ToHexString(bytes)}");
            if (Stopwatch.GetElapsedTime(began) > Longest) throw new InvalidOperationException($"{which} took {Stopwatch.GetElapsedTime(began)}: {Convert.ToHexString(bytes)}");
        }
    }
}
