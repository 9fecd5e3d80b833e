using System.Runtime.CompilerServices;
using Replication.Core.IO;
using Replication.Core.Payloads;

namespace Replication.Core.Snapshots;

/// <summary>One record as it stands in the bytes of a chunk: <c>SnapshotRecord</c> of snapshot.proto.</summary>
internal readonly ref struct ChunkRecord
{
    private ChunkRecord(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index)
    {
        Key = key;
        Value = value;
        Index = index;
    }

    /// <summary>1 to 1,024 bytes.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Of the entry that wrote it.</summary>
    public long Index { get; }

    /// <summary>Reads one.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    [MethodImpl(Jit.AtOnce)]
    public static ChunkRecord Read(ReadOnlySpan<byte> bytes)
    {
        var key = ReadOnlySpan<byte>.Empty;
        var value = ReadOnlySpan<byte>.Empty;
        var index = 0UL;
        var fields = new PayloadReader(bytes);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1: key = fields.Bytes; break;
                case 2: value = fields.Bytes; break;
                case 3: index = fields.Number; break;
            }
        }
        if (key.Length is 0 or > Transactions.TransactionLimits.MaxKeyBytes) throw new MalformedPayloadException("a record has no key");
        if (index > long.MaxValue) throw new MalformedPayloadException("a record names no entry that wrote it");
        return new ChunkRecord(key, value, (long)index);
    }
}
