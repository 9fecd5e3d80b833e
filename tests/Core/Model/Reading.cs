using System.Text;
using Replication.Core.Indexes;
using Replication.Core.Records;
using Record = Replication.Core.Records.Record;

namespace Replication.Core.Tests.Model;

/// <summary>Compares what can be read with the model.</summary>
internal static class Reading
{
    public static void Find(OrderedIndex? records, ModelCollection? model, IReadOnlyList<string> keys, bool prefetches)
    {
        Assert.Equal(model is not null, records is not null);
        if (records is not { } found || model is null) return;
        if (prefetches) found.Prefetch([.. keys.Select(key => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(key))]);
        foreach (var key in keys) AssertIs(found.Find(Encoding.UTF8.GetBytes(key)), key, model.Records.GetValueOrDefault(key));
    }

    /// <summary>From a key on, as long as keys begin with something.</summary>
    /// <returns>Records that were read.</returns>
    public static int Scan(OrderedIndex? records, ModelCollection? model, string from, string prefix, int most)
    {
        Assert.Equal(model is not null, records is not null);
        if (records is not { } found || model is null) return 0;
        var beginning = Encoding.UTF8.GetBytes(prefix);
        var count = 0;
        var cursor = found.From(Encoding.UTF8.GetBytes(from));
        foreach (var (key, record) in model.Records.SkipWhile(record => string.CompareOrdinal(record.Key, from) < 0).TakeWhile(record => record.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            if (count++ == most) return most;
            Assert.True(cursor.MoveNext(), $"there is no record '{key}'");
            AssertIs(cursor.Current, key, record);
        }
        if (count < most) Assert.False(cursor.MoveNext() && cursor.Current.Key.StartsWith(beginning), "there is a record too many");
        return count;
    }

    /// <summary>Asks an index, in several queries that go on behind one another.</summary>
    /// <returns>Records that were found; -1 when there is no index, or none that can be asked yet.</returns>
    public static int Query(ReadView view, ModelState model, string collection, string index, Asking asking, int atOnce)
    {
        var found = view.State.Collections.GetValueOrDefault(collection)?.FindIndex(index);
        var expected = model.Collections.GetValueOrDefault(collection)?.Indexes.GetValueOrDefault(index);
        Assert.Equal(expected?.Phase, found?.State.Phase);
        if (expected is not { Phase: IndexPhase.Ready }) return -1;
        Assert.Null(IndexBounds.TryCreate(asking.Request, out var bounds));
        var keys = new List<string>();
        byte[] behind = [];
        for (var isMore = true; isMore;)
        {
            var query = new IndexQuery(view, view.State.Collections[collection], found!, bounds!, behind);
            for (var left = atOnce; left > 0 && (isMore = query.MoveNext()); left--)
            {
                keys.Add(Encoding.UTF8.GetString(query.Current.Key));
                AssertIs(query.Current, keys[^1], model.Collections[collection].Records.GetValueOrDefault(keys[^1]));
                behind = query.Continuation;
            }
        }
        Assert.Equal(Answer(model.Collections[collection], expected, asking), keys);
        return keys.Count;
    }

    /// <summary>Everything that a view shows.</summary>
    public static void All(ReadView view, ModelState model)
    {
        Assert.Equal(model.Collections.Select(collection => (collection.Key, collection.Value.Kind)), view.State.Collections.Select(collection => (collection.Key, collection.Value.Kind)));
        Assert.Equal(model.Collections.Values.Sum(collection => (long)collection.Records.Count), view.State.Records);
        foreach (var (name, expected) in model.Collections)
        {
            var collection = view.State.Collections[name];
            Assert.Equal(expected.Records.Count, collection.Count);
            Scan(view.Records(name), expected, string.Empty, string.Empty, int.MaxValue);
            Find(view.Records(name), expected, [.. expected.Records.Keys, "not there"], prefetches: false);
            Assert.Equal(
                expected.Indexes.Select(index => (index.Key, index.Value.Path, index.Value.IsUnique, index.Value.Phase, index.Value.BuiltUpTo)),
                collection.Indexes.Select(index => (index.Name, index.Definition.Path.Text, index.Definition.IsUnique, index.State.Phase, Encoding.UTF8.GetString(index.State.BuiltUpTo.Span))));
            foreach (var (index, definition) in expected.Indexes)
            {
                Assert.Equal(expected.Records.Where(record => definition.Covers(record.Key)).Sum(record => record.Value.Document.At(definition.Path).Length), collection.FindIndex(index)!.EntryCount);
                Query(view, model, name, index, new Asking(), int.MaxValue);
            }
        }
        Assert.Equal(
            model.Requests.Select(request => (request.Id, request.Entry.Index)),
            Enumerable.Range(0, view.State.Requests.Count).Select(number => (Encoding.UTF8.GetString(view.State.Requests.IdOf(number)), view.State.Requests.IndexOf(number))));
    }

    // By the lowest value that is asked for, then by key.
    private static IEnumerable<string> Answer(ModelCollection collection, ModelIndex index, Asking asking) =>
        from record in collection.Records
        let values = record.Value.Document.At(index.Path).Where(asking.Includes).ToList()
        where values.Count > 0
        orderby values[0]
        select record.Key;

    private static void AssertIs(Record record, string key, ModelRecord? expected)
    {
        if (expected is null != !record.Exists) Assert.Fail($"record '{key}' {(record.Exists ? "is there" : "is not there")}");
        if (expected is null) return;
        if (!record.Key.SequenceEqual(Encoding.UTF8.GetBytes(key))) Assert.Fail($"record '{key}' has key '{Encoding.UTF8.GetString(record.Key)}'");
        if (!record.Value.SequenceEqual(expected.Document.Bytes)) Assert.Fail($"record '{key}' is '{Encoding.UTF8.GetString(record.Value)}' instead of '{expected.Document}'");
        if (record.Index != expected.Entry.Index) Assert.Fail($"record '{key}' was written by entry {record.Index} instead of {expected.Entry.Index}");
    }
}
