using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Replica;

/// <summary>
/// Takes frames to the replica's own log: while one batch is with the disk the next one collects what came meanwhile.
/// Bounded: whoever brings frames waits while the collecting batch is full.
/// </summary>
internal sealed class LogPump : IDisposable
{
    private const int FullBytes = 8 * 1024 * 1024;

    private readonly LocalDatabase _database;
    private readonly LogThread _thread;
    private readonly Action<Exception> _fatal;
    private Exception? _failure;
    private readonly Lock _gate = new();
    private LogBatch _filling = new();
    private LogBatch? _spare = new();

    public LogPump(LocalDatabase database, SegmentedLog log, Action<Exception> fatal)
    {
        _database = database;
        _fatal = fatal;
        _filling.Restart(log.Durable);
        _thread = new LogThread(log, Synced, Failed);
    }

    /// <summary>Fires when a batch became durable.</summary>
    public Pulse Moved { get; } = new();

    /// <summary>The end of everything taken.</summary>
    public LogTail Taken
    {
        get
        {
            lock (_gate) return _filling.After;
        }
    }

    /// <summary>Takes a checked frame.</summary>
    public void Take(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        lock (_gate) _filling.AppendVerified(frame, header);
    }

    /// <summary>Lets the disk begin with what was taken, and waits while there is too much of it.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var moved = Moved.Next;
            lock (_gate)
            {
                Submit();
                if (_filling.WrittenBytes < FullBytes) return;
            }
            await moved.WaitAsync(cancellation);
        }
    }

    /// <summary>Returns when everything taken is durable.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var moved = Moved.Next;
            lock (_gate)
            {
                Submit();
                if (_filling.IsEmpty && _spare is not null) return;
            }
            await moved.WaitAsync(cancellation);
        }
    }

    public void Dispose() => _thread.Dispose();

    private void Submit()
    {
        if (_failure is { } failure) throw new IOException($"The log failed: {failure.Message}", failure);
        if (_filling.IsEmpty || _spare is not { } next) return;
        var batch = _filling;
        (_filling, _spare) = (next, null);
        _filling.Restart(batch.After);
        _thread.Submit(batch, Math.Min(_database.CommitIndex, batch.After.Index));
    }

    // On the log thread.
    private void Synced(LogBatch batch)
    {
        lock (_gate)
        {
            _spare = batch;
            Submit();
        }
        Moved.Fire();
        _database.Durable.Fire();
    }

    // On the log thread.
    private void Failed(Exception failure)
    {
        lock (_gate) _failure = failure;
        Moved.Fire();
        _fatal(failure);
    }
}
