using System.Security.Cryptography;
using Replication.Core.IO;
using Replication.Core.Payloads;
using Replication.Core.Records;

namespace Replication.Core.Snapshots;

/// <summary>One chunk on its way from memory into a file: records, then the bytes that hold them and what is known of those. Used again for another chunk.</summary>
internal sealed class ChunkSeal
{
    private const int RecordsAtATime = 128;
    private const int BytesAtATime = 128 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _sha256 = new byte[SHA256.HashSizeInBytes];

    /// <summary>Takes the records in.</summary>
    public ChunkBuilder Builder { get; } = new();

    /// <summary>The chunk; none when there was nothing to write. Valid behind <see cref="Close"/>, until the builder is used again.</summary>
    public ReadOnlyMemory<byte> Content { get; private set; }

    /// <summary>Records in it.</summary>
    public int Records { get; private set; }

    /// <summary>Of its bytes.</summary>
    public ReadOnlySpan<byte> Sha256 => _sha256;

    /// <summary>Of the records as they stand in the bytes, so that it tells whether those are the ones that were wanted.</summary>
    public StateDigest Digest { get; private set; }

    /// <summary>Makes the chunk, and computes what is known of it.</summary>
    public void Close()
    {
        Content = Builder.Take(out var records);
        Records = records;
        Digest = DigestOf(Content.Span);
        Hash(Content.Span);
    }

    private void Hash(ReadOnlySpan<byte> content)
    {
        for (; content.Length > BytesAtATime; content = content[BytesAtATime..])
        {
            _hash.AppendData(content[..BytesAtATime]);
            LowPriorityThread.Cede();
        }
        _hash.AppendData(content);
        _hash.GetHashAndReset(_sha256);
    }

    private static StateDigest DigestOf(ReadOnlySpan<byte> content)
    {
        var sections = new PayloadReader(content);
        var sum = new RecordSum();
        while (sections.Next()) AddSection(sum, sections.Bytes);
        return sum.Take();
    }

    // The name stands before the records.
    private static void AddSection(RecordSum sum, ReadOnlySpan<byte> section)
    {
        var name = ReadOnlySpan<byte>.Empty;
        var fields = new PayloadReader(section);
        for (var records = 1; fields.Next(); records++)
        {
            if (fields.Field == ChunkBuilder.NameField)
            {
                name = fields.Bytes;
            }
            else if (fields.Field == ChunkBuilder.RecordsField)
            {
                var record = ChunkRecord.Read(fields.Bytes);
                sum.Add(name, record.Key, record.Value, record.Index);
                if (records % RecordsAtATime == 0) LowPriorityThread.Cede();
            }
        }
    }
}
