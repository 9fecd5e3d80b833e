using System.Security.Cryptography;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Records;

namespace Replication.Core.Snapshots;

/// <summary>Reads snapshots back, every byte checked.</summary>
public static class SnapshotReader
{
    private const int MaxManifestBytes = 512 * 1024 * 1024;

    /// <summary>Reads a manifest file.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception>
    public static SnapshotManifest ReadManifest(IFileSystem files, string path)
    {
        using var file = files.OpenRead(path, FileLabel.SnapshotRead);
        if (file.Length > MaxManifestBytes) throw new SnapshotDamagedException(path, "it is larger than a manifest can be");
        var bytes = new byte[file.Length];
        var read = file.Read(bytes, 0, FileLabel.SnapshotRead);
        var crc = SnapshotFile.ReadHeader(bytes.AsSpan(0, read), SnapshotFile.ManifestMagic, path);
        var payload = bytes.AsSpan(SnapshotFile.HeaderSize, read - SnapshotFile.HeaderSize);
        if (Crc32C.Compute(payload) != crc) throw new SnapshotDamagedException(path, "its checksum is wrong");
        try
        {
            return ManifestCodec.Decode(payload);
        }
        catch (MalformedPayloadException malformed)
        {
            throw new SnapshotDamagedException(path, malformed.Message);
        }
    }

    /// <summary>Loads the state; chunks, records and digest are checked.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception>
    public static DatabaseState Load(IFileSystem files, string dataPath, SnapshotManifest manifest, CancellationToken cancellation = default)
    {
        using var file = files.OpenRead(dataPath, FileLabel.SnapshotRead);
        var header = new byte[SnapshotFile.HeaderSize];
        if (SnapshotFile.ReadHeader(header.AsSpan(0, file.Read(header, 0, FileLabel.SnapshotRead)), SnapshotFile.DataMagic, dataPath) != 0)
            throw new SnapshotDamagedException(dataPath, "its header was changed");
        if (file.Length != manifest.Bytes)
            throw new SnapshotDamagedException(dataPath, $"it has {file.Length} bytes, the manifest says {manifest.Bytes}");
        var state = new StateBuilder(DatabaseState.Empty, new DigestHistory(capacity: 1));
        var buffer = Array.Empty<byte>();
        try
        {
            for (var i = 0; i < manifest.Chunks.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (buffer.Length < manifest.Chunks[i].Length) buffer = new byte[manifest.Chunks[i].Length];
                ChunkLoader.Load(ReadChunk(file, manifest.Chunks[i], i, buffer), state);
            }
        }
        catch (MalformedPayloadException malformed)
        {
            throw new SnapshotDamagedException(dataPath, malformed.Message);
        }
        if (state.Digest != manifest.Digest || state.Records != manifest.Records)
            throw new SnapshotDamagedException(dataPath, $"it holds {state.Records} records with digest {state.Digest}, the manifest says {manifest.Records} with {manifest.Digest}");
        state.LoadEnd(manifest.Tail, manifest.Epochs, manifest.Configuration);
        return state.Freeze();
    }

    /// <summary>Reads one chunk and checks its SHA-256.</summary>
    /// <param name="file">The data file.</param>
    /// <param name="chunk">Which.</param>
    /// <param name="number">Its number, for the message.</param>
    /// <param name="buffer">At least as long as the chunk.</param>
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception>
    public static ReadOnlySpan<byte> ReadChunk(IFile file, SnapshotChunk chunk, int number, Span<byte> buffer)
    {
        var bytes = buffer[..chunk.Length];
        if (file.Read(bytes, chunk.Offset, FileLabel.SnapshotRead) != chunk.Length) throw new SnapshotDamagedException(file.Path, $"it ends inside chunk {number}");
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, sha);
        return sha.SequenceEqual(chunk.Sha256.AsSpan()) ? bytes : throw new SnapshotDamagedException(file.Path, $"chunk {number} is not as it was written");
    }
}
