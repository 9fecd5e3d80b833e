using System.Collections.Immutable;
using System.Security.Cryptography;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;

namespace Replication.Core.Snapshots;

/// <summary>
/// Writes a state to disk while commits go on: data file first, then the manifest, each under a temporary name, synced
/// and renamed. A snapshot exists once its manifest has its name.
/// </summary>
public static class SnapshotWriter
{
    /// <summary>A chunk is closed once it has so many bytes, unless another number is given.</summary>
    public const int ChunkBytes = 1024 * 1024;

    /// <summary>Writes a snapshot.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">Of the snapshots.</param>
    /// <param name="history">The lineage.</param>
    /// <param name="view">Of a state that is committed, and in the synced log.</param>
    /// <param name="cancellation">Ends the writing between chunks. Whatever ends it, what was written is a left-over: <see cref="SnapshotCatalogue.RemoveLeftovers"/>.</param>
    /// <param name="chunkBytes">A chunk is closed once it has so many bytes.</param>
    /// <exception cref="SnapshotRefusedException">The records are not those of the state's digest: memory changed.</exception>
    public static SnapshotManifest Write(
        IFileSystem files, string directory, HistoryId history, ReadView view, CancellationToken cancellation, int chunkBytes = ChunkBytes)
    {
        var state = view.State;
        var draft = new SnapshotManifest(history, state.Tail, state.Epochs, state.Configuration, state.Digest, state.Records, [])
        {
            RequestsRemembered = state.Requests.Capacity,
            ForgottenThrough = state.Requests.Capacity == 0 ? 0 : state.Requests.ForgottenThrough,
        };
        var path = Path.Combine(directory, draft.DataName);
        var temporary = path + SegmentFiller.TemporaryExtension;
        if (files.FileExists(temporary)) files.Delete(temporary, FileLabel.SnapshotWrite);
        SnapshotManifest manifest;
        using (var file = files.Create(temporary, FileLabel.SnapshotWrite))
        {
            manifest = draft with { Chunks = WriteChunks(file, view, chunkBytes, cancellation) };
            file.Sync(FileLabel.SnapshotWrite);
        }
        files.Rename(temporary, path, FileLabel.SnapshotWrite);
        files.SyncDirectory(directory, FileLabel.SnapshotWrite); // a disk that kept only the manifest's name would hold a damaged snapshot
        WriteManifest(files, Path.Combine(directory, manifest.FileName), manifest, FileLabel.SnapshotWrite);
        files.SyncDirectory(directory, FileLabel.SnapshotWrite);
        return manifest;
    }

    /// <summary>Writes a manifest under a temporary name, syncs and renames it. The directory is synced by the caller.</summary>
    internal static void WriteManifest(IFileSystem files, string path, SnapshotManifest manifest, FileLabel label)
    {
        var payload = ManifestCodec.Encode(manifest);
        var bytes = new byte[SnapshotFile.HeaderSize + payload.Length];
        SnapshotFile.WriteHeader(bytes, SnapshotFile.ManifestMagic, Crc32C.Compute(payload));
        payload.CopyTo(bytes, SnapshotFile.HeaderSize);
        var temporary = path + SegmentFiller.TemporaryExtension;
        if (files.FileExists(temporary)) files.Delete(temporary, label);
        using (var file = files.Create(temporary, label))
        {
            file.Write(bytes, 0, label);
            file.Sync(label);
        }
        files.Rename(temporary, path, label);
    }

    private static ImmutableArray<SnapshotChunk> WriteChunks(IFile file, ReadView view, int chunkBytes, CancellationToken cancellation)
    {
        Span<byte> header = stackalloc byte[SnapshotFile.HeaderSize];
        SnapshotFile.WriteHeader(header, SnapshotFile.DataMagic, 0);
        file.Write(header, 0, FileLabel.SnapshotWrite);
        var chunks = ImmutableArray.CreateBuilder<SnapshotChunk>();
        var builder = new ChunkBuilder();
        long offset = SnapshotFile.HeaderSize;
        var digest = StateDigest.Empty;
        foreach (var collection in view.State.Collections.Values)
        {
            builder.Open(collection);
            digest = digest.WithCollection(collection);
            var cursor = collection.Records.From([]);
            while (cursor.MoveNext())
            {
                builder.Add(cursor.Current);
                digest = digest.With(collection.NameBytes, cursor.Current);
                if (builder.Size < chunkBytes) continue;
                offset += WriteChunk(file, builder, chunks, offset);
                cancellation.ThrowIfCancellationRequested();
            }
        }
        // What is written is read from memory, which may have changed since it was written there.
        if (view.State.Requests.AddTo(digest) != view.State.Digest) throw SnapshotRefusedException.Changed(view.State.Index);
        offset += WriteChunk(file, builder, chunks, offset);
        foreach (var content in RequestSection.Contents(view.State.Requests, chunkBytes)) offset += WriteChunk(file, content, 0, chunks, offset);
        return chunks.ToImmutable();
    }

    private static int WriteChunk(IFile file, ChunkBuilder builder, ImmutableArray<SnapshotChunk>.Builder chunks, long offset)
    {
        var content = builder.Take(out var records);
        return content.Length == 0 ? 0 : WriteChunk(file, content, records, chunks, offset);
    }

    private static int WriteChunk(IFile file, byte[] content, int records, ImmutableArray<SnapshotChunk>.Builder chunks, long offset)
    {
        file.Write(content, offset, FileLabel.SnapshotWrite);
        chunks.Add(new SnapshotChunk(offset, content.Length, [.. SHA256.HashData(content)], records));
        return content.Length;
    }
}
