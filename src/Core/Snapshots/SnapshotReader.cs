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

    /// <summary>A smaller snapshot is loaded, or written, before threads for it have started.</summary>
    internal const long ParallelFromBytes = 4 * 1024 * 1024;

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
    public static DatabaseState Load(IFileSystem files, string dataPath, SnapshotManifest manifest, CancellationToken cancellation = default) =>
        Load(files, dataPath, manifest, static _ => { }, cancellation);

    /// <summary>Loads the state; chunks, records and digest are checked.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="dataPath">The data file.</param>
    /// <param name="manifest">What is in it.</param>
    /// <param name="loaded">Told behind each chunk how many bytes of the file are loaded, by this thread.</param>
    /// <param name="cancellation">Ends the loading between chunks.</param>
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception>
    public static DatabaseState Load(IFileSystem files, string dataPath, SnapshotManifest manifest, Action<long> loaded, CancellationToken cancellation = default)
    {
        using var file = files.OpenRead(dataPath, FileLabel.SnapshotRead);
        var header = new byte[SnapshotFile.HeaderSize];
        if (SnapshotFile.ReadHeader(header.AsSpan(0, file.Read(header, 0, FileLabel.SnapshotRead)), SnapshotFile.DataMagic, dataPath) != 0)
            throw new SnapshotDamagedException(dataPath, "its header was changed");
        if (file.Length != manifest.Bytes)
            throw new SnapshotDamagedException(dataPath, $"it has {file.Length} bytes, the manifest says {manifest.Bytes}");
        var state = StateBuilder.Replaying(DatabaseState.Empty, new DigestHistory(capacity: 1));
        RequestSection.BeginLoad(state.Requests, manifest);
        // Read by this thread, so that files are read in order; checked and decoded by others; put into the index by this one.
        using var decoders = new OrderedPipeline<ChunkDecoder>(parallel: manifest.Bytes >= ParallelFromBytes, chunk => chunk.Decode(dataPath));
        try
        {
            var next = 0;
            var drained = 0;
            decoders.Run(
                chunk => Read(file, manifest, chunk, ref next),
                chunk =>
                {
                    Load(chunk, state);
                    var end = manifest.Chunks[drained++];
                    loaded(end.Offset + end.Length);
                },
                cancellation);
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
        Read(file, chunk, number, bytes);
        Verify(bytes, chunk, number, file.Path);
        return bytes;
    }

    /// <summary>Checks a chunk's length and SHA-256.</summary>
    /// <exception cref="SnapshotDamagedException">It is not as it was written.</exception>
    internal static void Verify(ReadOnlySpan<byte> bytes, SnapshotChunk chunk, int number, string path)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, sha);
        if (bytes.Length != chunk.Length || !sha.SequenceEqual(chunk.Sha256.AsSpan())) throw new SnapshotDamagedException(path, $"chunk {number} is not as it was written");
    }

    private static bool Read(IFile file, SnapshotManifest manifest, ChunkDecoder decoder, ref int next)
    {
        if (next == manifest.Chunks.Length) return false;
        var chunk = manifest.Chunks[next];
        Read(file, chunk, next, decoder.RoomFor(chunk, next));
        next++;
        return true;
    }

    private static void Read(IFile file, SnapshotChunk chunk, int number, Span<byte> bytes)
    {
        if (file.Read(bytes, chunk.Offset, FileLabel.SnapshotRead) != chunk.Length) throw new SnapshotDamagedException(file.Path, $"it ends inside chunk {number}");
    }

    private static void Load(ChunkDecoder chunk, StateBuilder state)
    {
        foreach (var section in chunk.Sections) state.Load(section);
        state.Load(chunk.Requests);
    }
}
