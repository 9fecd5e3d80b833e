using System.Text;
using System.Text.Json;
using Replication.Core.Indexes;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Node.Views;

namespace Replication.Node.Embedding;

/// <summary>What the application reads through a view is copied, so that it may keep it.</summary>
internal sealed class StateView(OpenView opened) : IReadView
{
    private readonly ReadView _view = opened.View;

    public LogPosition Position => _view.State.Position;

    public T? Get<T>(string collection, string key)
        where T : class
    {
        using var reading = _view.Enter();
        return Find(collection, key) is { Exists: true } record ? Read<T>(record) : null;
    }

    public ReadOnlyMemory<byte>? GetBytes(string collection, string key)
    {
        using var reading = _view.Enter();
        return Find(collection, key) is { Exists: true } record ? record.Value.ToArray() : null;
    }

    public IEnumerable<(string Key, T Value)> Scan<T>(string collection, string prefix = "")
        where T : class
    {
        if (_view.Records(collection) is not { } records) yield break;
        var start = Encoding.UTF8.GetBytes(prefix);
        var cursor = Begin(records, start);
        while (TryMove<T>(ref cursor, start, out var found)) yield return found;
    }

    public IEnumerable<(string Key, T Value)> Query<T>(string collection, string index, IndexRequest request)
        where T : class
    {
        if (IndexBounds.TryCreate(request, out var bounds) is { } violation) throw new ArgumentException($"The query is not accepted: {violation}.", nameof(request));
        if (!_view.State.Collections.TryGetValue(collection, out var found)) return [];
        var named = found.FindIndex(index);
        using var reading = _view.Enter();
        return named?.State.Phase == IndexPhase.Ready ? Query<T>(new IndexQuery(_view, found, named, bounds!)) : throw IndexNotReadyException.Of(collection, index, named);
    }

    public void Dispose() => opened.Dispose();

    private IEnumerable<(string Key, T Value)> Query<T>(IndexQuery query)
        where T : class
    {
        while (TryMove<T>(query, out var found)) yield return found;
    }

    private bool TryMove<T>(IndexQuery query, out (string Key, T Value) found)
    {
        using var reading = _view.Enter();
        var goesOn = query.MoveNext();
        found = goesOn ? (Encoding.UTF8.GetString(query.Current.Key), Read<T>(query.Current)) : default;
        return goesOn;
    }

    internal static T Read<T>(Record record) =>
        JsonSerializer.Deserialize<T>(record.Value, JsonSerializerOptions.Web) ?? throw new JsonException("The document is null.");

    private Record Find(string collection, string key) => _view.Find(collection, Encoding.UTF8.GetBytes(key));

    private OrderedIndexCursor Begin(OrderedIndex records, byte[] start)
    {
        using var reading = _view.Enter();
        return records.From(start);
    }

    private bool TryMove<T>(ref OrderedIndexCursor cursor, byte[] prefix, out (string Key, T Value) found)
    {
        using var reading = _view.Enter();
        var goesOn = cursor.MoveNext() && cursor.Current.Key.StartsWith(prefix);
        found = goesOn ? (Encoding.UTF8.GetString(cursor.Current.Key), Read<T>(cursor.Current)) : default;
        return goesOn;
    }
}
