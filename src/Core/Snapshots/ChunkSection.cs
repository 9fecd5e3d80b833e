using System.Runtime.CompilerServices;
using System.Text;
using Replication.Core.IO;
using Replication.Core.Indexes;
using Replication.Core.Records;

namespace Replication.Core.Snapshots;

/// <summary>Records of one collection that stand together in a chunk. Valid until the chunk's bytes are others.</summary>
internal sealed class ChunkSection
{
    private readonly byte[] _bytes;
    private readonly ReadOnlyMemory<RecordBytes> _records;

    /// <summary>Of records that stand in some bytes.</summary>
    /// <param name="name">Of the collection.</param>
    /// <param name="kind">Of the collection.</param>
    /// <param name="bytes">Of the chunk.</param>
    /// <param name="records">Their keys ascend; none of an empty collection.</param>
    [MethodImpl(Jit.AtOnce)]
    public ChunkSection(string name, CollectionKind kind, byte[] bytes, ReadOnlyMemory<RecordBytes> records)
    {
        (Name, Kind, _records, _bytes) = (name, kind, records, bytes);
        var nameBytes = Encoding.ASCII.GetBytes(name);
        var sum = new RecordSum();
        foreach (var at in Records) sum.Add(nameBytes, KeyOf(at), ValueOf(at), at.Index);
        Digest = sum.Take();
    }

    /// <summary>Of the collection.</summary>
    public string Name { get; }

    /// <summary>Of the collection.</summary>
    public CollectionKind Kind { get; }

    /// <summary>Their keys ascend; none of an empty collection.</summary>
    public ReadOnlySpan<RecordBytes> Records => _records.Span;

    /// <summary>Of the collection; empty but in its first section.</summary>
    public IReadOnlyList<IndexState> Indexes { get; init; } = [];

    /// <summary>Of these records.</summary>
    public StateDigest Digest { get; }

    /// <summary>The key of one.</summary>
    public ReadOnlySpan<byte> KeyOf(in RecordBytes record) => _bytes.AsSpan(record.KeyAt, record.KeyLength);

    /// <summary>The value of one.</summary>
    public ReadOnlySpan<byte> ValueOf(in RecordBytes record) => _bytes.AsSpan(record.ValueAt, record.ValueLength);
}

/// <summary>Where a record stands in the bytes of a chunk.</summary>
/// <param name="KeyAt">Offset of the key.</param>
/// <param name="KeyLength">1 to 1,024.</param>
/// <param name="ValueAt">Offset of the value.</param>
/// <param name="ValueLength">Its bytes.</param>
/// <param name="Index">Of the entry that wrote it.</param>
internal readonly record struct RecordBytes(int KeyAt, int KeyLength, int ValueAt, int ValueLength, long Index);
