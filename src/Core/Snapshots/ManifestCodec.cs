using System.Collections.Immutable;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Transactions;

namespace Replication.Core.Snapshots;

/// <summary>Writes and reads manifests as protobuf messages, in files and in messages alike.</summary>
public static class ManifestCodec
{
    private const int ChunkOverhead = 64;
    private const int MaxChunks = 4 * 1024 * 1024;

    /// <summary>The message's bytes.</summary>
    public static byte[] Encode(SnapshotManifest manifest)
    {
        var configuration = manifest.Configuration.ToArray();
        var bytes = new byte[256 + configuration.Length + (ChunkOverhead * (manifest.Chunks.Length + manifest.Epochs.Rows.Length))];
        var writer = new PayloadWriter(bytes);
        Span<byte> wide = stackalloc byte[16];
        manifest.History.Write(wide);
        writer.Bytes(1, wide);
        writer.Number(2, manifest.Position.Epoch.Number);
        writer.Number(3, (ulong)manifest.Position.Index);
        writer.Fixed32(4, manifest.Tail.Crc);
        writer.Number(5, (ulong)manifest.Tail.TimestampMicros);
        Span<byte> part = stackalloc byte[ChunkOverhead];
        foreach (var row in manifest.Epochs.Rows) writer.Bytes(6, Encode(row, part));
        writer.Message(7, configuration.Length);
        writer.Raw(configuration);
        manifest.Digest.Write(wide);
        writer.Bytes(8, wide);
        writer.Number(9, (ulong)manifest.Records);
        foreach (var chunk in manifest.Chunks) writer.Bytes(10, Encode(chunk, part));
        writer.Number(11, (ulong)manifest.RequestsRemembered);
        writer.Number(12, (ulong)manifest.ForgottenThrough);
        return bytes[..writer.Written];
    }

    /// <summary>Reads and checks a manifest from a file or from the network.</summary>
    /// <exception cref="MalformedPayloadException">It is none, or does not agree with itself.</exception>
    public static SnapshotManifest Decode(ReadOnlySpan<byte> bytes)
    {
        var (history, digest) = (HistoryId.None, StateDigest.Empty);
        ulong epoch = 0, index = 0, crc = 0, timestamp = 0, records = 0, requests = 0, forgotten = 0;
        var configuration = Configuration.None;
        var rows = new List<EpochRow>();
        var chunks = ImmutableArray.CreateBuilder<SnapshotChunk>();
        var reader = new PayloadReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when reader.Bytes.Length == HistoryId.Size: history = HistoryId.Read(reader.Bytes); break;
                case 2: epoch = reader.Number; break;
                case 3: index = reader.Number; break;
                case 4: crc = reader.Number; break;
                case 5: timestamp = reader.Number; break;
                case 6: rows.Add(DecodeRow(reader.Bytes)); break;
                case 7: configuration = Configuration.Read(reader.Bytes); break;
                case 8 when reader.Bytes.Length == StateDigest.Size: digest = StateDigest.Read(reader.Bytes); break;
                case 9: records = reader.Number; break;
                case 10: chunks.Add(DecodeChunk(reader.Bytes)); break;
                case 11: requests = reader.Number; break;
                case 12: forgotten = reader.Number; break;
            }
        }
        if (history == HistoryId.None || index is 0 or > long.MaxValue || epoch > uint.MaxValue) throw new MalformedPayloadException("a manifest names no position in a history");
        if (requests > RequestMemory.MaxCapacity || forgotten > index) throw new MalformedPayloadException("a manifest's memory of requests cannot be one");
        var tail = new LogTail(new LogPosition(new Epoch((uint)epoch), (long)index), (uint)crc, (long)timestamp);
        return Checked(new SnapshotManifest(history, tail, TableOf(rows), configuration, digest, (long)records, chunks.ToImmutable())
        {
            RequestsRemembered = (int)requests,
            ForgottenThrough = (long)forgotten,
        });
    }

    private static SnapshotManifest Checked(SnapshotManifest manifest)
    {
        if (manifest.Epochs.EpochAt(manifest.Position.Index) != manifest.Position.Epoch) throw new MalformedPayloadException("a manifest's epoch table does not agree with its position");
        if (manifest.Chunks.Length > MaxChunks) throw new MalformedPayloadException("a manifest has too many chunks");
        long offset = SnapshotFile.HeaderSize;
        foreach (var chunk in manifest.Chunks)
        {
            if (chunk.Offset != offset || chunk.Length is <= 0 or > SnapshotChunk.MaxLength) throw new MalformedPayloadException("a manifest's chunks leave gaps or overlap");
            offset += chunk.Length;
        }
        return manifest.Chunks.Sum(chunk => (long)chunk.Records) == manifest.Records
            ? manifest
            : throw new MalformedPayloadException("a manifest's chunks do not hold its records");
    }

    private static EpochTable TableOf(List<EpochRow> rows)
    {
        try
        {
            return EpochTable.FromRows(rows);
        }
        catch (ArgumentException invalid)
        {
            throw new MalformedPayloadException(invalid.Message);
        }
    }

    private static ReadOnlySpan<byte> Encode(EpochRow row, Span<byte> part)
    {
        var writer = new PayloadWriter(part);
        writer.Number(1, row.Epoch.Number);
        writer.Fixed64(2, row.ReignId);
        writer.Number(3, (ulong)row.FirstIndex);
        writer.Fixed32(4, row.PreviousCrc);
        return part[..writer.Written];
    }

    private static EpochRow DecodeRow(ReadOnlySpan<byte> bytes)
    {
        ulong epoch = 0, reign = 0, first = 0, crc = 0;
        var reader = new PayloadReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: epoch = reader.Number; break;
                case 2: reign = reader.Number; break;
                case 3: first = reader.Number; break;
                case 4: crc = reader.Number; break;
            }
        }
        if (epoch > uint.MaxValue || first > long.MaxValue) throw new MalformedPayloadException("a manifest's epoch table names what is no position");
        return new EpochRow(new Epoch((uint)epoch), reign, (long)first, (uint)crc);
    }

    private static ReadOnlySpan<byte> Encode(SnapshotChunk chunk, Span<byte> part)
    {
        var writer = new PayloadWriter(part);
        writer.Number(1, (ulong)chunk.Offset);
        writer.Number(2, (ulong)chunk.Length);
        writer.Bytes(3, chunk.Sha256.AsSpan());
        writer.Number(5, (ulong)chunk.Records);
        return part[..writer.Written];
    }

    private static SnapshotChunk DecodeChunk(ReadOnlySpan<byte> bytes)
    {
        ulong offset = 0, length = 0, records = 0;
        ImmutableArray<byte> sha = default;
        var reader = new PayloadReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: offset = reader.Number; break;
                case 2: length = reader.Number; break;
                case 3: sha = [.. reader.Bytes]; break;
                case 4 when reader.Number != 0: throw new UnsupportedFormatException("A snapshot is compressed in a way that this version does not know. Start a newer version of the program.");
                case 5: records = reader.Number; break;
            }
        }
        if (sha.IsDefault || sha.Length != 32 || offset > long.MaxValue) throw new MalformedPayloadException("a chunk has no SHA-256");
        return new SnapshotChunk((long)offset, (int)Math.Min(length, int.MaxValue), sha, (int)Math.Min(records, int.MaxValue));
    }
}
