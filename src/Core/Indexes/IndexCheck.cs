using System.Text;
using Replication.Core.Records;

namespace Replication.Core.Indexes;

/// <summary>Compares every index of a state with the records: each entry has to follow from a record, and each value of a record has to have its entry.</summary>
public static class IndexCheck
{
    /// <summary>Null when all indexes are right; otherwise the first difference.</summary>
    /// <param name="view">Of the state.</param>
    /// <param name="cancellation">Ends the check.</param>
    public static string? Difference(ReadView view, CancellationToken cancellation = default)
    {
        foreach (var collection in view.State.Collections.Values)
            foreach (var index in collection.Indexes)
                if (Difference(collection, index, cancellation) is { } difference)
                    return $"index '{index.Name}' of collection '{collection.Name}' {difference}";
        return null;
    }

    private static string? Difference(Collection collection, SecondaryIndex index, CancellationToken cancellation)
    {
        var expected = Expected(collection, index, cancellation);
        var cursor = index.Entries.From([]);
        byte[]? before = null;
        foreach (var entry in expected)
        {
            if (!cursor.MoveNext()) return $"lacks an entry of record {Shown(entry)}";
            var order = cursor.Current.SequenceCompareTo(entry);
            if (order != 0) return order < 0 ? $"has an entry of record {Shown(cursor.Current)} that does not follow from it" : $"lacks an entry of record {Shown(entry)}";
            if (index.Definition.IsUnique && before is not null && cursor.Value.SequenceEqual(ValueOf(before))) return $"is unique, and records {Shown(before)} and {Shown(entry)} have the same value";
            before = entry;
        }
        if (cursor.MoveNext()) return $"has an entry of record {Shown(cursor.Current)} that does not follow from it";
        return index.Entries.Count == expected.Count ? null : $"says that it has {index.Entries.Count} entries, and has {expected.Count}";
    }

    private static List<byte[]> Expected(Collection collection, SecondaryIndex index, CancellationToken cancellation)
    {
        var values = new IndexedValues();
        var expected = new List<byte[]>();
        for (var cursor = collection.Records.From([]); cursor.MoveNext();)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!index.State.Covers(cursor.Current.Key)) continue;
            values.Read(index.Definition.Path, cursor.Current.Value);
            for (var i = 0; i < values.Count; i++) expected.Add([.. values[i], .. cursor.Current.Key]);
        }
        expected.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return expected;
    }

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> entry) => entry[..IndexKey.LengthIn(entry)];

    private static string Shown(ReadOnlySpan<byte> entry) => $"'{Encoding.UTF8.GetString(entry[IndexKey.LengthIn(entry)..])}'";
}
