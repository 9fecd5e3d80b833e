using Grpc.Core;
using Microsoft.Extensions.Logging;
using Replication.Core.Database;
using Replication.Protos.V1;
using Replication.Wire;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Replica;

/// <summary>Fetches the chunks of a snapshot that are not here yet and installs it when all are.</summary>
internal sealed class SnapshotFetcher(LocalDatabase database, ILogger logger)
{
    private long _bytes;
    private long _totalBytes;
    private long _installed;

    /// <summary>Bytes here and bytes in all, of a bootstrap under way; both 0 otherwise.</summary>
    public (long Bytes, long Total) Progress => (Interlocked.Read(ref _bytes), Interlocked.Read(ref _totalBytes));

    /// <summary>Snapshots installed since the start.</summary>
    public long Installed => Interlocked.Read(ref _installed);

    /// <summary>Fetches and installs.</summary>
    /// <param name="feed">The upstream.</param>
    /// <param name="manifest">What it offered.</param>
    /// <param name="keepOldLog">Whether this node's log has entries that the upstream's history does not.</param>
    /// <param name="cancellation">Ends the fetching; what came is kept.</param>
    public async Task BootstrapAsync(Feed.FeedClient feed, SnapshotManifest manifest, bool keepOldLog, CancellationToken cancellation)
    {
        using var folder = BootstrapFolder.Open(database, manifest);
        ReplicaLog.BootstrapBegins(logger, manifest.Position.ToString(), manifest.Records, manifest.Chunks.Length, folder.Missing.Count);
        try
        {
            Interlocked.Exchange(ref _totalBytes, manifest.Bytes);
            Interlocked.Exchange(ref _bytes, folder.BytesPresent);
            if (folder.Missing.Count > 0) await FetchAsync(feed, folder, cancellation);
            await Task.Run(() => database.Install(folder, keepOldLog), cancellation);
            Interlocked.Increment(ref _installed);
            ReplicaLog.BootstrapDone(logger, manifest.Position.ToString(), manifest.Digest.ToString());
        }
        finally
        {
            Interlocked.Exchange(ref _totalBytes, 0);
            Interlocked.Exchange(ref _bytes, 0);
        }
    }

    private async Task FetchAsync(Feed.FeedClient feed, BootstrapFolder folder, CancellationToken cancellation)
    {
        var request = new FetchSnapshotRequest { HistoryId = folder.Manifest.History.ToBytes(), Position = folder.Manifest.Position.ToMessage(), NodeId = database.Identity.NodeId };
        request.Chunks.AddRange(folder.Missing.Select(number => (uint)number));
        using var call = feed.FetchSnapshot(request, cancellationToken: cancellation);
        foreach (var number in folder.Missing.ToArray())
        {
            var chunk = new byte[folder.Manifest.Chunks[number].Length];
            await ReadChunkAsync(call.ResponseStream, number, chunk, cancellation);
            folder.Store(number, chunk);
            Interlocked.Add(ref _bytes, chunk.Length);
        }
    }

    // Pieces come in order; anything else is a broken sender.
    private static async Task ReadChunkAsync(IAsyncStreamReader<SnapshotPiece> pieces, int number, byte[] chunk, CancellationToken cancellation)
    {
        for (var filled = 0; filled < chunk.Length;)
        {
            if (!await pieces.MoveNext(cancellation)) throw new UpstreamException($"The snapshot ended inside chunk {number}.");
            var piece = pieces.Current;
            if (piece.Chunk != number || piece.Offset != filled || piece.Data.Length == 0 || piece.Data.Length > chunk.Length - filled)
                throw new UpstreamException($"A piece of chunk {piece.Chunk} at {piece.Offset} came where chunk {number} at {filled} belongs.");
            piece.Data.Span.CopyTo(chunk.AsSpan(filled));
            filled += piece.Data.Length;
        }
    }
}
