namespace Replication.Client;

/// <summary>The answer to a read of one record.</summary>
/// <param name="Stamp">What state it shows.</param>
/// <param name="Found">Whether there is such a record.</param>
/// <param name="Value">Its value; empty when there is none.</param>
/// <param name="Written">Where it was last written; the default when there is none.</param>
public sealed record ReadResult(ReadStamp Stamp, bool Found, ReadOnlyMemory<byte> Value, LogPosition Written);

/// <summary>The answer to a read of several records, all of one state.</summary>
/// <param name="Stamp">What state it shows.</param>
/// <param name="Items">One for each asked name, in order; their stamps are the same.</param>
public sealed record BatchReadResult(ReadStamp Stamp, IReadOnlyList<ReadResult> Items);

/// <summary>Names a record.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Key">The key.</param>
public readonly record struct RecordName(string Collection, string Key);
