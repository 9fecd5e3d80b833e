using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Positions;
using Replication.Core.Snapshots;
using Replication.Protos.V1;
using Replication.Wire;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Primary.Serving;

/// <summary>Takes snapshots, offers one to many replicas, and sends chunks. Thread-safe.</summary>
/// <param name="database">Whose snapshots.</param>
/// <param name="files">To read chunks with.</param>
/// <param name="registry">Knows what the followers need.</param>
/// <param name="options">How many transfers at once, and how fast.</param>
/// <param name="time">For the pace and the patience of transfers.</param>
/// <param name="beforeSnapshot">Called before each snapshot: a primary logs its digest.</param>
/// <param name="logger">For what happens.</param>
public sealed class SnapshotServer(
    LocalDatabase database,
    IFileSystem files,
    FollowerRegistry registry,
    ServingOptions options,
    TimeProvider time,
    Func<CancellationToken, Task> beforeSnapshot,
    ILogger logger) : IDisposable
{
    private readonly SnapshotWriting _writing = new(database, registry, beforeSnapshot, logger);
    private readonly TransferGate _transfers = new(options, time);
    private long _served;

    /// <summary>Snapshots written since the start.</summary>
    public long Written => _writing.Written;

    /// <summary>Transfers of a whole snapshot, or of what was missing of one, since the start.</summary>
    public long Served => Interlocked.Read(ref _served);

    /// <summary>Writes a snapshot of what readers see. Everybody who waits gets the same; it is written on when nobody waits any more.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="RpcException">LOADING: there is no data yet, or it is being replaced; HOLDING; SHUTTING_DOWN.</exception>
    /// <exception cref="IOException">It could not be written; the disk may be full.</exception>
    public Task<SnapshotManifest> TakeAsync(CancellationToken cancellation) => _writing.TakeAsync(database.State.Index, cancellation);

    /// <summary>A snapshot to begin from: the newest one while little log stands behind it, otherwise a new one, as from <see cref="TakeAsync"/>.</summary>
    /// <param name="atLeast">The entry that it has to reach.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<SnapshotManifest> OfferAsync(long atLeast, CancellationToken cancellation)
    {
        database.ThrowUnlessSound();
        return Newest() is { } newest && IsRecent(newest) && newest.Position.Index >= atLeast ? newest : await _writing.TakeAsync(atLeast, cancellation);
    }

    /// <summary>Offers a snapshot to a replica that follows another node.</summary>
    /// <exception cref="RpcException">OTHER_HISTORY, LOADING; NOT_FOUND: this node itself does not reach that far.</exception>
    public async Task<OfferSnapshotResponse> OfferAsync(OfferSnapshotRequest request, CancellationToken call)
    {
        RequireHistory(request.HistoryId);
        var atLeast = PositionMap.ToIndex(request.AtLeast);
        var manifest = await OfferAsync(atLeast, call);
        if (manifest.Position.Index < atLeast) throw Errors.Failure(Error.Types.Code.NotFound, $"This node has a snapshot at {manifest.Position} and nothing beyond; entry {atLeast} is asked for. Fetch from another node.");
        registry.Fetches(request.NodeId, manifest.Position.Index);
        return new OfferSnapshotResponse { Manifest = manifest.ToMessage() };
    }

    /// <summary>Sends chunks of a snapshot in pieces; each chunk is checked before its first piece leaves.</summary>
    /// <exception cref="RpcException">OTHER_HISTORY, NOT_FOUND, INVALID_ARGUMENT; BUSY, also when the pieces are not read.</exception>
    public async Task SendAsync(FetchSnapshotRequest request, IAsyncStreamWriter<SnapshotPiece> pieces, CancellationToken call)
    {
        var manifest = Find(request);
        var chunks = Chunks(request, manifest);
        // Also for those who have to wait for their turn.
        if (chunks.Count > 0) registry.Fetches(request.NodeId, manifest.Position.Index);
        _transfers.Enter(request.NodeId, chunks.Sum(number => (long)manifest.Chunks[number].Length));
        var isWhole = false;
        try
        {
            await SendAsync(request.NodeId, manifest, chunks, pieces, call);
            isWhole = true;
        }
        finally
        {
            if (_transfers.Leave(request.NodeId, manifest.Position.Index, isWhole)) Interlocked.Increment(ref _served);
        }
        PrimaryLog.SnapshotServed(logger, chunks.Count, manifest.Chunks.Length, manifest.Position.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

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

    // Ascending, so that nobody asks for one chunk a million times.
    private static List<int> Chunks(FetchSnapshotRequest request, SnapshotManifest manifest)
    {
        long last = -1;
        foreach (var number in request.Chunks)
        {
            if (number <= last || number >= manifest.Chunks.Length)
                throw Errors.Failure(Error.Types.Code.InvalidArgument, $"The snapshot has {manifest.Chunks.Length} chunks, numbered from 0; {number} cannot stand behind {last}. Ask for chunks in ascending order.");
            last = number;
        }
        return [.. request.Chunks.Select(number => (int)number)];
    }

    private async Task SendAsync(ulong nodeId, SnapshotManifest manifest, List<int> chunks, IAsyncStreamWriter<SnapshotPiece> pieces, CancellationToken call)
    {
        using var file = files.OpenRead(database.Snapshots.DataPath(manifest), FileLabel.SnapshotRead);
        var buffer = Array.Empty<byte>();
        foreach (var number in chunks)
        {
            registry.Fetches(nodeId, manifest.Position.Index);
            var length = manifest.Chunks[number].Length;
            if (buffer.Length < length) buffer = new byte[length];
            ReadChunk(file, manifest, number, buffer);
            for (var offset = 0; offset < length; offset += ServingOptions.PieceBytes)
            {
                var piece = buffer.AsMemory(offset, Math.Min(ServingOptions.PieceBytes, length - offset));
                await _transfers.TurnAsync(nodeId, piece.Length, call);
                await WriteAsync(pieces, new SnapshotPiece { Chunk = (uint)number, Offset = (uint)offset, Data = UnsafeByteOperations.UnsafeWrap(piece) }, call);
            }
        }
    }

    // Whoever does not read would hold a transfer for ever. Cancelling a write aborts its call.
    private async Task WriteAsync(IAsyncStreamWriter<SnapshotPiece> pieces, SnapshotPiece piece, CancellationToken call)
    {
        using var patience = new CancellationTokenSource(options.PieceTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call, patience.Token);
        try
        {
            await pieces.WriteAsync(piece, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw Errors.Busy($"Nothing of the snapshot was read for {options.PieceTimeout.TotalSeconds} s, so its transfer is given to others. Fetch what is missing again.", ServingOptions.RetryUnread);
        }
    }

    private SnapshotManifest? Newest() => database.Snapshots.NewestFirst is [var newest, ..] ? newest : null;

    private bool IsRecent(SnapshotManifest manifest) =>
        database.Log is { } lease && manifest.Position.Index + 1 >= lease.Log.FirstReadable && lease.Log.BytesBehind(manifest.Position.Index) <= options.OfferedSnapshotMaxLogBytes;

    private SnapshotManifest Find(FetchSnapshotRequest request)
    {
        var position = request.Position.ToPosition();
        RequireHistory(request.HistoryId);
        return database.Snapshots.NewestFirst.FirstOrDefault(manifest => manifest.Position == position)
            ?? throw Errors.Failure(Error.Types.Code.NotFound, $"There is no snapshot at {position} any more. Say Hello again to be offered another.");
    }

    private void RequireHistory(ByteString id)
    {
        if (PositionMap.ToHistory(id) is var history && history != HistoryId.None && history != database.History)
            throw Errors.Failure(Error.Types.Code.OtherHistory, $"This node's data belongs to history {database.History}, not to {history}. Fetch from a node of the right one.");
    }
}
