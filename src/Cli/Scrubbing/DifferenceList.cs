using Google.Protobuf;
using Replication.Protos.V1;

namespace Replication.Cli.Scrubbing;

/// <summary>Compares records of nodes with those of a reference, and keeps the first differences and the count of all.</summary>
internal sealed class DifferenceList
{
    /// <summary>Differences that are kept.</summary>
    internal const int MaxKept = 100;

    private readonly List<Difference> _kept = [];

    internal IReadOnlyList<Difference> Kept => _kept;

    /// <summary>Differences in all.</summary>
    internal long Count { get; private set; }

    /// <summary>Compares the records of the same leaves, in whatever order they came.</summary>
    /// <param name="server">The node whose records they are.</param>
    /// <param name="reference">What it should have, by name.</param>
    /// <param name="records">What it has.</param>
    internal async Task CompareAsync(string server, IReadOnlyDictionary<(string Collection, ByteString Key), RangeRecord> reference, IAsyncEnumerable<RangeRecord> records)
    {
        var found = new List<Difference>();
        var missing = reference.Keys.ToHashSet();
        await foreach (var record in records)
        {
            var name = (record.Collection, record.Key);
            missing.Remove(name);
            if (!reference.TryGetValue(name, out var expected)) found.Add(new Difference(server, record.Collection, record.Key, DifferenceKind.Extra, record.Index, null));
            else if (record.Index != expected.Index || record.Hash != expected.Hash)
                found.Add(new Difference(server, record.Collection, record.Key, DifferenceKind.Changed, record.Index, expected.Index));
        }
        found.AddRange(missing.Select(name => new Difference(server, name.Collection, name.Key, DifferenceKind.Missing, null, reference[name].Index)));
        Count += found.Count;
        _kept.AddRange(found
            .OrderBy(difference => difference.Collection, StringComparer.Ordinal)
            .ThenBy(difference => difference.Key.ToStringUtf8(), StringComparer.Ordinal)
            .ThenBy(difference => difference.Kind)
            .Take(MaxKept - _kept.Count));
    }
}
