using System.Text;
using System.Text.Json;
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

    public void Dispose() => opened.Dispose();

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
