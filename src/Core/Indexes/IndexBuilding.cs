using Replication.Core.Records;

namespace Replication.Core.Indexes;

/// <summary>
/// Plans the steps in which an index is built while writes go on. The primary takes one with each batch and logs it: what it
/// covers, that it was the last one, or why the index cannot be built. Every node takes the very same steps.
/// </summary>
internal static class IndexBuilding
{
    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right));

    /// <summary>Records behind a key, in order.</summary>
    public static OrderedIndexCursor Behind(OrderedIndexBuilder records, ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty) return records.From([]);
        Span<byte> next = stackalloc byte[key.Length + 1];
        key.CopyTo(next);
        next[^1] = 0;
        return records.From(next);
    }

    /// <summary>The next step of the first index that is being built; null when none is.</summary>
    /// <param name="indexes">Of a collection.</param>
    /// <param name="records">Of the same.</param>
    /// <param name="most">Records in the step at most.</param>
    public static (byte[] UpTo, IndexStep Step)? Next(CollectionIndexes indexes, OrderedIndexBuilder records, int most)
    {
        foreach (var index in indexes.All)
            if (index.State.Phase == IndexPhase.Building)
                return Next(index, records, most);
        return null;
    }

    private static (byte[] UpTo, IndexStep Step) Next(WorkingIndex index, OrderedIndexBuilder records, int most)
    {
        var values = new IndexedValues();
        var claims = new SortedDictionary<byte[], byte[]>(ByBytes);
        var (upTo, taken, bytes) = (index.State.BuiltUpTo.ToArray(), 0, 0L);
        for (var cursor = Behind(records, upTo); cursor.MoveNext(); taken++)
        {
            if (taken == most || bytes >= IndexStep.MaxBytes) return (upTo, new IndexStep(index.Definition.Name, false, string.Empty));
            upTo = cursor.Current.Key.ToArray();
            bytes += cursor.Current.Value.Length;
            values.Read(index.Definition.Path, cursor.Current.Value);
            if (Objection(index, upTo, values, claims) is { } failure) return (upTo, new IndexStep(index.Definition.Name, false, failure));
        }
        return (upTo, new IndexStep(index.Definition.Name, true, string.Empty));
    }

    private static string? Objection(WorkingIndex index, byte[] key, IndexedValues values, SortedDictionary<byte[], byte[]> claims)
    {
        if (values.Count > IndexDefinition.MaxValuesPerDocument) return IndexText.TooManyValues(index.Definition, key);
        if (!index.Definition.IsUnique) return null;
        for (var i = 0; i < values.Count; i++)
        {
            var holder = index.HolderOf(values[i], key);
            if (holder.IsEmpty && !claims.TryAdd(values[i].ToArray(), key)) holder = claims[values[i].ToArray()];
            if (!holder.IsEmpty) return IndexText.NotUnique(key, holder);
        }
        return null;
    }
}
