using System.Text;
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
            digest = digest.WithCollection(collection.Name, collection.Kind);
            for (var cursor = collection.Records.From([]); cursor.MoveNext();) digest = digest.With(Encoding.ASCII.GetBytes(collection.Name), cursor.Current);
        }
        for (var number = 0; number < state.Requests.Count; number++) digest = digest.WithRequest(state.Requests.IdOf(number), state.Requests.IndexOf(number));
        return digest;
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
