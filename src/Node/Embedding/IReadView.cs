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
}
