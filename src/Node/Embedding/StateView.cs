using System.Text;
using System.Text.Json;
using Replication.Core.Positions;
using Replication.Core.Records;

namespace Replication.Node.Embedding;

/// <summary>A view is the state itself, which never changes.</summary>
internal sealed class StateView(DatabaseState state) : IReadView
{
    public LogPosition Position => state.Position;

    public T? Get<T>(string collection, string key)
        where T : class => Find(collection, key) is { } record ? Read<T>(record) : null;

    public ReadOnlyMemory<byte>? GetBytes(string collection, string key) => Find(collection, key)?.ValueMemory;

    public IEnumerable<(string Key, T Value)> Scan<T>(string collection, string prefix = "")
        where T : class
    {
        if (!state.Collections.TryGetValue(collection, out var found)) yield break;
        var start = Encoding.UTF8.GetBytes(prefix);
        var cursor = found.Records.From(start);
        while (cursor.MoveNext() && cursor.Current.Key.StartsWith(start))
            yield return (Encoding.UTF8.GetString(cursor.Current.Key), Read<T>(cursor.Current));
    }

    public void Dispose()
    {
        // The collector keeps the state as long as somebody has it.
    }

    private Record? Find(string collection, string key) =>
        state.Collections.TryGetValue(collection, out var found) ? found.Records.Find(Encoding.UTF8.GetBytes(key)) : null;

    private static T Read<T>(Record record) =>
        JsonSerializer.Deserialize<T>(record.Value, JsonSerializerOptions.Web) ?? throw new JsonException("The document is null.");
}
