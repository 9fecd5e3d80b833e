using System.Text;
using Replication.Core.Indexes;
using Replication.Core.Records;

namespace Replication.Core.Tests.Kit;

/// <summary>What a state holds, for comparisons.</summary>
internal static class StateFacts
{
    /// <summary>Every collection, record and remembered request as text.</summary>
    public static List<string> Lines(DatabaseState state)
    {
        var lines = new List<string>();
        foreach (var collection in state.Collections.Values)
        {
            lines.Add($"{collection.Name} ({collection.Kind})");
            for (var cursor = collection.Records.From([]); cursor.MoveNext();)
                lines.Add($"{collection.Name}/{Encoding.UTF8.GetString(cursor.Current.Key)} = {Convert.ToHexString(cursor.Current.Value)} @ {cursor.Current.Index}");
            foreach (var index in collection.Indexes)
            {
                lines.Add($"{collection.Name}#{index.Name} ({index.Definition.Path}{(index.Definition.IsUnique ? ", unique" : string.Empty)}) {index.State.Phase} {Encoding.UTF8.GetString(index.State.BuiltUpTo.Span)}{index.State.Failure}");
                for (var cursor = index.Entries.From([]); cursor.MoveNext();) lines.Add($"{collection.Name}#{index.Name} {Convert.ToHexString(cursor.Current)}");
            }
        }
        for (var number = 0; number < state.Requests.Count; number++)
            lines.Add($"request {Convert.ToHexString(state.Requests.IdOf(number))} @ {state.Requests.IndexOf(number)}");
        return lines;
    }

    /// <summary>The digest of what is there, computed anew.</summary>
    public static StateDigest DigestOf(DatabaseState state)
    {
        var digest = StateDigest.Empty;
        foreach (var collection in state.Collections.Values)
        {
            digest = digest.WithCollection(collection);
            for (var cursor = collection.Records.From([]); cursor.MoveNext();) digest = digest.With(Encoding.ASCII.GetBytes(collection.Name), cursor.Current);
        }
        for (var number = 0; number < state.Requests.Count; number++) digest = digest.WithRequest(state.Requests.IdOf(number), state.Requests.IndexOf(number));
        return digest;
    }

    /// <summary>What is wrong with the indexes; null when nothing is.</summary>
    public static string? IndexDifference(DatabaseState state)
    {
        using var view = ReadView.Open(state);
        return IndexCheck.Difference(view);
    }

    /// <summary>Records that are there.</summary>
    public static long RecordsOf(DatabaseState state) => state.Collections.Values.Sum(collection => collection.Records.Count);

    /// <summary>Same contents, same ends, same numbers.</summary>
    public static void AssertSame(DatabaseState expected, DatabaseState actual)
    {
        Assert.Equal(Lines(expected), Lines(actual));
        Assert.Equal((expected.Tail, expected.Digest, expected.Records), (actual.Tail, actual.Digest, actual.Records));
        Assert.Equal(expected.Requests.Capacity, actual.Requests.Capacity);
        if (expected.Requests.Capacity > 0) Assert.Equal(expected.Requests.ForgottenThrough, actual.Requests.ForgottenThrough);
        Assert.Equal<Core.Positions.EpochRow>(expected.Epochs.Rows, actual.Epochs.Rows);
        Assert.Equal(expected.Configuration.ToArray(), actual.Configuration.ToArray());
    }
}
