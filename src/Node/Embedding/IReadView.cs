using Replication.Core.Indexes;
using Replication.Core.Positions;

namespace Replication.Node.Embedding;

/// <summary>An immutable picture of the whole database at one index; it may be kept across awaits. Dispose it when it is no longer needed.</summary>
public interface IReadView : IDisposable
{
    /// <summary>Everything up to here, and nothing behind it, is in the picture.</summary>
    LogPosition Position { get; }

    /// <summary>Reads one JSON document; null when there is none, or no such collection.</summary>
    T? Get<T>(string collection, string key)
        where T : class;

    /// <summary>The bytes of one value; null when there is none, or no such collection.</summary>
    ReadOnlyMemory<byte>? GetBytes(string collection, string key);

    /// <summary>JSON documents in the order of their keys.</summary>
    /// <param name="collection">An unknown one has none.</param>
    /// <param name="prefix">Only keys that begin with this.</param>
    IEnumerable<(string Key, T Value)> Scan<T>(string collection, string prefix = "")
        where T : class;

    /// <summary>JSON documents by a secondary index, in the order of the indexed values and then of the keys; each once.</summary>
    /// <param name="collection">An unknown one has none.</param>
    /// <param name="index">Its name.</param>
    /// <param name="request">Which values.</param>
    /// <exception cref="IndexNotReadyException">There is no such index, it is being built, or it could not be built.</exception>
    /// <exception cref="ArgumentException">The bounds do not go together, or a value is none.</exception>
    IEnumerable<(string Key, T Value)> Query<T>(string collection, string index, IndexRequest request)
        where T : class;
}
