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

/// <summary>
/// Writes snapshots, one at a time, for everybody who waits. Whoever gives up waiting does not end the writing: a snapshot
/// that takes longer than anybody waits is there when they come again. Thread-safe.
/// </summary>
/// <param name="database">Whose snapshots.</param>
/// <param name="registry">Knows what the followers need.</param>
/// <param name="beforeSnapshot">Called before each snapshot: a primary logs its digest.</param>
/// <param name="logger">For what happens.</param>
internal sealed class SnapshotWriting(LocalDatabase database, FollowerRegistry registry, Func<CancellationToken, Task> beforeSnapshot, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task<SnapshotManifest>? _current;
    private bool _disposed;
    private long _written;

    /// <summary>Snapshots written since the start.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Waits for the snapshot that is being written, or begins one; when it was begun before an entry that is needed, for the next one.</summary>
    /// <param name="atLeast">The entry that it should reach; one begun from now on may still fall short when readers do not see so much.</param>
    /// <param name="cancellation">Ends the waiting, not the writing.</param>
    /// <exception cref="RpcException">LOADING: there is nothing to write now; SHUTTING_DOWN.</exception>
    public async Task<SnapshotManifest> TakeAsync(long atLeast, CancellationToken cancellation)
    {
        var (writing, isNew) = Begin();
        var manifest = await writing.WaitAsync(cancellation);
        return isNew || manifest.Position.Index >= atLeast ? manifest : await Begin().Writing.WaitAsync(cancellation);
    }

    /// <summary>Ends the writing, and returns when it has ended: files and log may be closed.</summary>
    public void Dispose()
    {
        Task? current;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            current = _current;
        }
        _stopping.Cancel();
        // Each waiter was told how it ended.
        if (current is not null) ((IAsyncResult)current).AsyncWaitHandle.WaitOne();
        _stopping.Dispose();
    }

    private (Task<SnapshotManifest> Writing, bool IsNew) Begin()
    {
        lock (_gate)
        {
            if (_disposed) throw ShuttingDown();
            if (_current is { IsCompleted: false } writing) return (writing, false);
            _current = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
            return (_current, true);
        }
    }

    private async Task<SnapshotManifest> RunAsync(CancellationToken stopping)
    {
        try
        {
            return await WriteAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw ShuttingDown();
        }
        catch (SnapshotRefusedException refused)
        {
            throw Errors.Failure(Error.Types.Code.Loading, refused.Message);
        }
    }

    private async Task<SnapshotManifest> WriteAsync(CancellationToken stopping)
    {
        database.ThrowUnlessSound();
        // Once: what is looked at here and what is written have to be of the same log.
        var (lease, state) = (database.Log, database.State);
        if (lease is null || state.Position == LogPosition.Start) throw Errors.Failure(Error.Types.Code.Loading, "This node has no data yet, so there is nothing to take a snapshot of. Try again after a moment.");
        await beforeSnapshot(stopping);
        var before = database.Snapshots.NewestFirst is [var newest, ..] ? newest.Position : LogPosition.Start;
        using var view = await SyncedViewAsync(lease, stopping);
        var manifest = await LowPriorityThread.RunAsync("snapshot", () => database.TakeSnapshot(view, registry.Needs(lease.Log), stopping));
        if (manifest.Position == before) return manifest;
        Interlocked.Increment(ref _written);
        PrimaryLog.SnapshotWritten(logger, manifest.Position.ToString(), manifest.Records, manifest.Bytes);
        return manifest;
    }

    // A replica shows entries that are committed elsewhere a moment before they are synced here.
    private async Task<ReadView> SyncedViewAsync(LogLease lease, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, lease.Ended);
        var view = database.OpenView();
        try
        {
            while (true)
            {
                var durable = database.Durable.Next;
                if (lease.Log.Durable.Index >= view.State.Index) return view;
                await durable.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            view.Dispose();
            if (stopping.IsCancellationRequested) throw;
            throw Errors.Failure(Error.Types.Code.Loading, "This node's log was replaced by a bootstrap. Try again after a moment.");
        }
    }

    private static RpcException ShuttingDown() => Errors.Failure(Error.Types.Code.ShuttingDown, "This node is stopping, and writes no snapshot. Ask again when it is back, or ask another node.");
}
