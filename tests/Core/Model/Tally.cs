namespace Replication.Core.Tests.Model;

/// <summary>How often what happened, so that a test that no longer comes to something is found out.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Count(string what, long times = 1) => _counts[what] = Of(what) + times;

    public long Of(string what) => _counts.GetValueOrDefault(what);

    public override string ToString() => string.Join('\n', _counts.Select(count => $"{count.Value,9} {count.Key}"));
}
