using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Snapshots;
using Replication.Protos.V1;
using Replication.Wire;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Primary.Serving;

/// <summary>Takes snapshots, offers one to many replicas, and sends chunks. Thread-safe.</summary>
/// <param name="database">Whose snapshots.</param>
/// <param name="files">To read chunks with.</param>
/// <param name="registry">Knows what the followers need.</param>
/// <param name="options">How many transfers at once.</param>
/// <param name="beforeSnapshot">Called before each snapshot: a primary logs its digest.</param>
/// <param name="logger">For what happens.</param>
public sealed class SnapshotServer(
    LocalDatabase database, IFileSystem files, FollowerRegistry registry, ServingOptions options, Func<CancellationToken, Task> beforeSnapshot, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _taking = new(1);
    private readonly SemaphoreSlim _transfers = new(options.MaxTransfers);
    private long _written;
    private long _served;

    /// <summary>Snapshots written since the start.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Transfers of a whole snapshot, or of what was missing of one, since the start.</summary>
    public long Served => Interlocked.Read(ref _served);

    /// <summary>Writes a snapshot of what readers see.</summary>
    /// <exception cref="RpcException">UNAVAILABLE: there is no data yet.</exception>
    public async Task<SnapshotManifest> TakeAsync(CancellationToken cancellation)
    {
        await _taking.WaitAsync(cancellation);
        try
        {
            return await WriteAsync(cancellation);
        }
        finally
        {
            _taking.Release();
        }
    }

    /// <summary>A snapshot to begin from: the newest one while little log stands behind it, otherwise a new one. Everybody who waits gets the same.</summary>
    public async Task<SnapshotManifest> OfferAsync(CancellationToken cancellation)
    {
        await _taking.WaitAsync(cancellation);
        try
        {
            return Newest() is { } newest && IsRecent(newest) ? newest : await WriteAsync(cancellation);
        }
        finally
        {
            _taking.Release();
        }
    }

    /// <summary>Sends chunks of a snapshot in pieces; each chunk is checked before its first piece leaves.</summary>
    public async Task SendAsync(FetchSnapshotRequest request, IAsyncStreamWriter<SnapshotPiece> pieces, CancellationToken call)
    {
        if (!await _transfers.WaitAsync(TimeSpan.Zero, call))
            throw Errors.Failure(Error.Types.Code.Busy, $"{options.MaxTransfers} transfers are under way already. Try again after a moment.");
        try
        {
            var manifest = Find(request);
            using var file = files.OpenRead(database.Snapshots.DataPath(manifest), FileLabel.SnapshotRead);
            var buffer = Array.Empty<byte>();
            foreach (var number in request.Chunks)
            {
                registry.Touch(request.NodeId);
                if (number >= manifest.Chunks.Length) throw Errors.Failure(Error.Types.Code.InvalidArgument, $"The snapshot has {manifest.Chunks.Length} chunks; there is no chunk {number}.");
                var chunk = manifest.Chunks[(int)number];
                if (buffer.Length < chunk.Length) buffer = new byte[chunk.Length];
                ReadChunk(file, manifest, (int)number, buffer);
                await SendChunkAsync(number, buffer.AsMemory(0, chunk.Length), pieces, call);
            }
            Interlocked.Increment(ref _served);
            PrimaryLog.SnapshotServed(logger, request.Chunks.Count, manifest.Chunks.Length, manifest.Position.ToString());
        }
        finally
        {
            _transfers.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _taking.Dispose();
        _transfers.Dispose();
    }

    private void ReadChunk(IFile file, SnapshotManifest manifest, int number, byte[] buffer)
    {
        try
        {
            SnapshotReader.ReadChunk(file, manifest.Chunks[number], number, buffer);
        }
        catch (SnapshotDamagedException damage)
        {
            // Whoever says Hello next is offered another one.
            database.Snapshots.Forget(manifest);
            PrimaryLog.SnapshotUnreadable(logger, damage);
            throw Errors.Failure(Error.Types.Code.NotFound, $"The snapshot at {manifest.Position} is damaged here. Say Hello again to be offered another.");
        }
    }

    private static async Task SendChunkAsync(uint number, ReadOnlyMemory<byte> bytes, IAsyncStreamWriter<SnapshotPiece> pieces, CancellationToken call)
    {
        for (var offset = 0; offset < bytes.Length; offset += ServingOptions.PieceBytes)
        {
            var piece = bytes[offset..Math.Min(bytes.Length, offset + ServingOptions.PieceBytes)];
            await pieces.WriteAsync(new SnapshotPiece { Chunk = number, Offset = (uint)offset, Data = UnsafeByteOperations.UnsafeWrap(piece) }, call);
        }
    }

    private SnapshotManifest? Newest() => database.Snapshots.NewestFirst is [var newest, ..] ? newest : null;

    private bool IsRecent(SnapshotManifest manifest) =>
        database.Log is { } lease && manifest.Position.Index + 1 >= lease.Log.FirstReadable && lease.Log.BytesBehind(manifest.Position.Index) <= options.OfferedSnapshotMaxLogBytes;

    private SnapshotManifest Find(FetchSnapshotRequest request)
    {
        var position = request.Position.ToPosition();
        if (PositionMap.ToHistory(request.HistoryId) is var history && history != database.History)
            throw Errors.Failure(Error.Types.Code.OtherHistory, $"This node's data belongs to history {database.History}, not to {history}.");
        return database.Snapshots.NewestFirst.FirstOrDefault(manifest => manifest.Position == position)
            ?? throw Errors.Failure(Error.Types.Code.NotFound, $"There is no snapshot at {position} any more. Say Hello again to be offered another.");
    }

    private async Task<SnapshotManifest> WriteAsync(CancellationToken cancellation)
    {
        if (database.State.Position == LogPosition.Start) throw Errors.Failure(Error.Types.Code.Loading, "This node has no data yet, so there is nothing to take a snapshot of.");
        await beforeSnapshot(cancellation);
        var before = Newest();
        var state = await SyncedStateAsync(cancellation);
        var manifest = await Task.Run(() => database.TakeSnapshot(state, registry.Needs(database.Log!.Log), cancellation), cancellation);
        if (manifest.Position == before?.Position) return manifest;
        Interlocked.Increment(ref _written);
        PrimaryLog.SnapshotWritten(logger, manifest.Position.ToString(), manifest.Records, manifest.Bytes);
        return manifest;
    }

    // A replica shows entries that are committed elsewhere a moment before they are synced here.
    private async Task<DatabaseState> SyncedStateAsync(CancellationToken cancellation)
    {
        var state = database.State;
        while (true)
        {
            var durable = database.Durable.Next;
            if (database.Log!.Log.Durable.Index >= state.Index) return state;
            await durable.WaitAsync(cancellation);
        }
    }
}
