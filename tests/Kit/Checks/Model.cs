using System.Text;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Kit.Checks;

/// <summary>
/// What the log means, worked out without the engine's apply path: every version of every record that there ever was.
/// Answers what a reader at any index must see.
/// </summary>
/// <param name="requestsRemembered">How many requests the log has every node remember.</param>
public sealed class Model(int requestsRemembered = RequestMemory.DefaultCapacity)
{
    private readonly List<(long Index, string Id)> _requests = [];
    private readonly SortedDictionary<string, Versions> _collections = new(StringComparer.Ordinal);

    /// <summary>The last entry taken.</summary>
    public long Index { get; private set; }

    /// <summary>The next entry.</summary>
    /// <returns>The request id of a transaction; null for other entries, and for what the primary logs of itself.</returns>
    public string? Take(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Index = header.Index;
        if (header.Kind != EntryKind.Transaction) return null;
        var names = new List<string>();
        var reader = new TransactionReader(payload);
        while (reader.NextCollection(out var name)) names.Add(Encoding.ASCII.GetString(name));
        var request = Encoding.UTF8.GetString(reader.RequestId);
        if (request.Length > 0) _requests.Add((Index, request));
        while (reader.NextOperation(out var operation)) Take(names[operation.Collection], operation);
        return request.Length == 0 ? null : request;
    }

    /// <summary>The value that a reader at an index sees; null when there is no record.</summary>
    public byte[]? Find(string collection, string key, long index) => _collections.GetValueOrDefault(collection)?.At(key, index)?.Value;

    /// <summary>The index of the entry that wrote what a reader at an index sees; null when there is no record.</summary>
    public long? WrittenAt(string collection, string key, long index) =>
        _collections.GetValueOrDefault(collection)?.At(key, index) is { Value: not null } version ? version.Index : null;

    /// <summary>Whether a reader at an index sees the collection.</summary>
    public bool Exists(string collection, long index) => _collections.GetValueOrDefault(collection)?.ExistsAt(index) ?? false;

    /// <summary>Index of the last entry of a request that is not remembered any more at an index; 0 when all are.</summary>
    public long ForgottenThrough(long index) => RequestsUpTo(index) is var count && count > requestsRemembered ? _requests[count - requestsRemembered - 1].Index : 0;

    /// <summary>Null when a state is exactly what its index means; otherwise the first difference.</summary>
    public string? Difference(DatabaseState state)
    {
        using var view = ReadView.Open(state);
        var records = 0L;
        foreach (var (name, versions) in _collections)
        {
            var collection = state.Collections.GetValueOrDefault(name);
            if (versions.ExistsAt(state.Index) != collection is not null) return $"collection {name} is {(collection is null ? "not " : string.Empty)}there";
            foreach (var (key, version) in versions.AllAt(state.Index))
            {
                var record = view.Find(name, Encoding.UTF8.GetBytes(key));
                if (record.Exists != version.Value is not null) return $"{name}/{key} is {(record.Exists ? string.Empty : "not ")}there";
                if (!record.Exists) continue;
                records++;
                if (record.Index != version.Index || !record.Value.SequenceEqual(version.Value)) return $"{name}/{key} is of entry {record.Index}, not of {version.Index}";
            }
        }
        if (records != state.Records) return $"there are {state.Records} records, not {records}";
        if (RequestDifference(state) is { } difference) return difference;
        return state.Collections.Keys.FirstOrDefault(name => !_collections.ContainsKey(name)) is { } stranger ? $"there is a collection {stranger}" : null;
    }

    /// <summary>Null when the records of a collection are exactly those of an index; otherwise the first difference.</summary>
    /// <param name="collection">Its name.</param>
    /// <param name="index">What a reader at this index sees.</param>
    /// <param name="records">Keys, values, and the entries that wrote them, in the order of their keys.</param>
    public string? Difference(string collection, long index, IEnumerable<(string Key, ReadOnlyMemory<byte> Value, long Written)> records)
    {
        using var found = records.GetEnumerator();
        var expected = _collections.GetValueOrDefault(collection)?.AllAt(index).Where(record => record.Version.Value is not null) ?? [];
        foreach (var (key, version) in expected)
        {
            if (!found.MoveNext()) return $"{collection} ends before {key}";
            var (other, value, written) = found.Current;
            if (other != key) return $"{collection} has {other} where {key} belongs";
            if (written != version.Index || !value.Span.SequenceEqual(version.Value)) return $"{collection}/{key} is of entry {written}, not of {version.Index}";
        }
        return found.MoveNext() ? $"{collection} has {found.Current.Key} behind its end" : null;
    }

    private string? RequestDifference(DatabaseState state)
    {
        var (known, count) = (state.Requests, RequestsUpTo(state.Index));
        var first = Math.Max(0, count - requestsRemembered);
        if (known.Count != count - first || known.ForgottenThrough != ForgottenThrough(state.Index))
            return $"{known.Count} requests are remembered, not {count - first}, and forgotten is what is up to {known.ForgottenThrough}, not {ForgottenThrough(state.Index)}";
        for (var number = 0; number < known.Count; number++)
        {
            var (index, id) = _requests[first + number];
            if (known.IndexOf(number) != index || !known.IdOf(number).SequenceEqual(Encoding.UTF8.GetBytes(id))) return $"request {id} of entry {index} is not remembered";
        }
        return null;
    }

    private int RequestsUpTo(long index)
    {
        var found = _requests.BinarySearch((index, string.Empty), Comparer<(long Index, string Id)>.Create(static (left, right) => left.Index.CompareTo(right.Index)));
        return found < 0 ? ~found : found + 1;
    }

    private void Take(string collection, in LoggedOperation operation)
    {
        if (!_collections.TryGetValue(collection, out var versions)) _collections[collection] = versions = new Versions();
        switch (operation.Action)
        {
            case OperationAction.Put:
                versions.Add(Encoding.UTF8.GetString(operation.Key), Index, operation.Value.ToArray());
                break;
            case OperationAction.Delete:
                versions.Add(Encoding.UTF8.GetString(operation.Key), Index, null);
                break;
            case OperationAction.DropCollection:
                versions.Drop(Index);
                break;
            case OperationAction.CreateIndex or OperationAction.DropIndex or OperationAction.BuildIndex:
                break; // What an index holds follows from the records.
            default:
                versions.Create(Index);
                break;
        }
    }

    private readonly record struct Version(long Index, byte[]? Value);

    /// <summary>One name's collections, one after the other, and their records.</summary>
    private sealed class Versions
    {
        private readonly SortedDictionary<string, List<Version>> _records = new(StringComparer.Ordinal);
        private readonly List<(long Index, bool Exists)> _lives = [];

        public void Create(long index) => _lives.Add((index, true));

        public void Drop(long index)
        {
            _lives.Add((index, false));
            foreach (var versions in _records.Values) versions.Add(new Version(index, null));
        }

        public void Add(string key, long index, byte[]? value)
        {
            if (!_records.TryGetValue(key, out var versions)) _records[key] = versions = [];
            versions.Add(new Version(index, value));
        }

        public bool ExistsAt(long index) => _lives.LastOrDefault(life => life.Index <= index).Exists;

        public Version? At(string key, long index) => _records.TryGetValue(key, out var versions) ? At(versions, index) : null;

        public IEnumerable<(string Key, Version Version)> AllAt(long index) => _records.Select(pair => (pair.Key, At(pair.Value, index)));

        // Of several changes of one entry the last one counts.
        private static Version At(List<Version> versions, long index)
        {
            var (low, high) = (0, versions.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (versions[middle].Index <= index) low = middle + 1;
                else high = middle;
            }
            return low == 0 ? default : versions[low - 1];
        }
    }
}
