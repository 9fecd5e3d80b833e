using Replication.Client;

namespace Replication.Cli.Documents;

/// <summary>Records that become one transaction.</summary>
internal sealed class ImportBatch(string collection)
{
    /// <summary>Records in one transaction at most.</summary>
    internal const int MaxRecords = 256;

    /// <summary>Bytes of keys and values in one transaction, unless a single record has more.</summary>
    internal const int MaxBytes = 1024 * 1024;

    private readonly List<long> _lines = [];
    private long _bytes;

    internal Transaction Transaction { get; } = new();

    internal int Count => _lines.Count;

    /// <summary>Bytes of keys and values.</summary>
    internal long Bytes => _bytes;

    /// <summary>Bytes of the file up to and with the last line in here.</summary>
    internal long End { get; private set; }

    internal bool HasRoomFor(ImportedRecord record) =>
        Count == 0 || (Count < MaxRecords && _bytes + record.Key.Length + record.Value.Length <= MaxBytes);

    internal void Add(ImportedRecord record, long end)
    {
        Transaction.Put(collection, record.Key, record.Value);
        _lines.Add(record.Line);
        _bytes += record.Key.Length + record.Value.Length;
        End = end;
    }

    /// <summary>The line of an operation; the first one when no operation is at fault alone.</summary>
    internal long LineOf(int? operation) => _lines[Math.Clamp(operation ?? 0, 0, _lines.Count - 1)];

    /// <summary>The lines, for a message about the whole transaction.</summary>
    internal string Lines => Count == 1 ? $"line {_lines[0]}" : $"lines {_lines[0]} to {_lines[^1]}";
}
