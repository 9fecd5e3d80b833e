using System.Text;
using System.Text.Json;
using Replication.Core.Indexes;
using Replication.Core.Positions;
using Replication.Core.Records;

namespace Replication.Node.Embedding;

/// <summary>What the application reads through a view is copied, so that it may keep it.</summary>
internal sealed class StateView(ReadView view) : IReadView
{
    public LogPosition Position => view.State.Position;

    public T? Get<T>(string collection, string key)
        where T : class => Find(collection, key) is { Exists: true } record ? Read<T>(record) : null;

    public ReadOnlyMemory<byte>? GetBytes(string collection, string key) => Find(collection, key) is { Exists: true } record ? record.Value.ToArray() : null;

    public IEnumerable<(string Key, T Value)> Scan<T>(string collection, string prefix = "")
        where T : class
    {
        if (view.Records(collection) is not { } records) yield break;
        var start = Encoding.UTF8.GetBytes(prefix);
        var cursor = records.From(start);
        while (cursor.MoveNext() && cursor.Current.Key.StartsWith(start))
            yield return (Encoding.UTF8.GetString(cursor.Current.Key), Read<T>(cursor.Current));
    }

    public IEnumerable<(string Key, T Value)> Query<T>(string collection, string index, IndexRequest request)
        where T : class
    {
        if (IndexBounds.TryCreate(request, out var bounds) is { } violation) throw new ArgumentException($"The query is not accepted: {violation}.", nameof(request));
        if (!view.State.Collections.TryGetValue(collection, out var found)) return [];
        var named = found.FindIndex(index);
        return named?.State.Phase == IndexPhase.Ready ? Query<T>(new IndexQuery(view, found, named, bounds!)) : throw IndexNotReadyException.Of(collection, index, named);
    }

    public void Dispose() => view.Dispose();

    private static IEnumerable<(string Key, T Value)> Query<T>(IndexQuery query)
        where T : class
    {
        while (query.MoveNext()) yield return (Encoding.UTF8.GetString(query.Current.Key), Read<T>(query.Current));
    }

    internal static T Read<T>(Record record) =>
        JsonSerializer.Deserialize<T>(record.Value, JsonSerializerOptions.Web) ?? throw new JsonException("The document is null.");

    private Record Find(string collection, string key) => view.Find(collection, Encoding.UTF8.GetBytes(key));
}
