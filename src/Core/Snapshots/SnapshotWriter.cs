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

    // So much is written before it is synced: a commit whose sync comes meanwhile waits for no more than that.
    private const long SyncEveryBytes = 1024 * 1024;

    // One walks, and one takes commits: on two processors hashing beside the walk made the p99 of commits three times as long.
    private const int LeftToCommits = 2;

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
        // Walked by this thread, in the order of keys; hashed by others; written by this one, so that the file grows in order.
        var walk = new RecordWalk(view.State, chunkBytes);
        var digest = StateDigest.Empty;
        using (var hashing = new OrderedPipeline<ChunkSeal>(parallel: view.State.UsedBytes >= SnapshotReader.ParallelFromBytes, static chunk => chunk.Close(), LeftToCommits))
        {
            hashing.Run(
                chunk => walk.Fill(chunk.Builder),
                chunk =>
                {
                    digest = digest.Plus(chunk.Digest);
                    WriteChunk(file, chunk.Content.Span, chunk.Sha256, chunk.Records, chunks);
                },
                cancellation);
        }
        // What is written is read from memory, which may have changed since it was written there.
        if (view.State.Requests.AddTo(digest.Plus(walk.Collections)) != view.State.Digest) throw SnapshotRefusedException.Changed(view.State.Index);
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        foreach (var content in RequestSection.Contents(view.State.Requests, chunkBytes))
        {
            SHA256.HashData(content, sha);
            WriteChunk(file, content, sha, 0, chunks);
        }
        return chunks.ToImmutable();
    }

    private static void WriteChunk(IFile file, ReadOnlySpan<byte> content, ReadOnlySpan<byte> sha256, int records, ImmutableArray<SnapshotChunk>.Builder chunks)
    {
        if (content.IsEmpty) return;
        var offset = chunks.Count == 0 ? SnapshotFile.HeaderSize : chunks[^1].Offset + chunks[^1].Length;
        file.Write(content, offset, FileLabel.SnapshotWrite);
        if (offset / SyncEveryBytes != (offset + content.Length) / SyncEveryBytes) file.Sync(FileLabel.SnapshotWrite);
        chunks.Add(new SnapshotChunk(offset, content.Length, [.. sha256], records));
    }
}
