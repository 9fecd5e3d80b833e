using System.Globalization;
using Replication.Kit.Checks;
using Replication.Testing;

namespace Replication.Laboratory.Soak;

/// <summary>The checks at the end, each printed with what came of it.</summary>
internal sealed class Verdict
{
    private const double MiB = 1024 * 1024;

    /// <summary>
    /// By how much the memory of the last fifth may be above that of the second one: a quarter, and what a process takes in its first minute,
    /// because the one that ran in the second fifth may just have been killed and started.
    /// </summary>
    private const double MemoryShare = 1.25;
    private const double MemorySlack = 256 * MiB;

    /// <summary>The same of handles: connections of clients and of sessions that are just being replaced.</summary>
    private const double HandleSlack = 50;

    private const int Fifths = 5;

    private int _passed;
    private int _failed;

    /// <summary>Whether every check has passed.</summary>
    public bool IsGood => _failed == 0;

    /// <summary>Holds when it throws nothing that tells of a broken promise.</summary>
    /// <param name="what">The promise.</param>
    /// <param name="check">Returns what was looked at, for people.</param>
    public async Task CheckAsync(string what, Func<Task<string>> check)
    {
        try
        {
            Passed($"{what}: {await check()}");
        }
        catch (Exception broken) when (broken is ViolationException or NotReachedException or Client.ReplicationException or InvalidOperationException)
        {
            Failed($"{what}: {broken.Message}");
        }
    }

    /// <summary>Memory and handles of each node do not grow.</summary>
    public void CheckTrends(IReadOnlyList<string> names, IReadOnlyList<Sample> samples)
    {
        for (var node = 0; node < names.Count; node++)
        {
            var number = node;
            Trend($"memory of {names[node]}, MiB", samples, sample => sample.Nodes[number].ResidentBytes / MiB, static early => (early * MemoryShare) + (MemorySlack / MiB));
            Trend($"handles of {names[node]}", samples, sample => sample.Nodes[number].Handles, static early => early + HandleSlack);
        }
    }

    /// <summary>The last line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_passed} passed, {_failed} failed");

    private void Trend(string what, IReadOnlyList<Sample> samples, Func<Sample, double?> value, Func<double, double> bound)
    {
        var (early, late) = (Median(samples, 1, value), Median(samples, Fifths - 1, value));
        var text = string.Create(CultureInfo.InvariantCulture, $"{what} do not grow: median {early:0} in the second fifth, {late:0} in the last, at most {bound(early):0}");
        if (late <= bound(early)) Passed(text);
        else Failed(text);
    }

    private static double Median(IReadOnlyList<Sample> samples, int fifth, Func<Sample, double?> value)
    {
        var values = samples.Skip(samples.Count * fifth / Fifths).Take(samples.Count / Fifths).Select(value).OfType<double>().Order().ToList();
        return values.Count == 0 ? double.NaN : values[values.Count / 2];
    }

    private void Passed(string text)
    {
        _passed++;
        Console.WriteLine($"ok    {text}");
    }

    private void Failed(string text)
    {
        _failed++;
        Console.WriteLine($"FAIL  {text}");
    }
}
