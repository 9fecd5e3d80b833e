using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Replica;

/// <summary>
/// Takes frames to the replica's own log through an <see cref="AppendBuffer"/> and a log thread. Bounded: whoever brings
/// frames waits while the buffer is full.
/// </summary>
internal sealed class LogPump : IDisposable
{
    private readonly LogThread _thread;
    private readonly Func<long> _commitIndex;
    private readonly Action _synced;
    private readonly Action<Exception> _fatal;
    private readonly Lock _gate = new();
    private readonly AppendBuffer _buffer;
    private Exception? _failure;

    /// <summary>Begins behind the end of a log.</summary>
    /// <param name="log">Appended by nobody else.</param>
    /// <param name="commitIndex">The commit index known now.</param>
    /// <param name="synced">Called on the log thread when a batch became durable.</param>
    /// <param name="fatal">Called when what is on the disk is unknown: the process has to end.</param>
    public LogPump(SegmentedLog log, Func<long> commitIndex, Action synced, Action<Exception> fatal)
    {
        _commitIndex = commitIndex;
        _synced = synced;
        _fatal = fatal;
        _buffer = new AppendBuffer(log.Durable);
        _thread = new LogThread(log, Synced, Refused, Failed);
    }

    /// <summary>Fires when a batch became durable.</summary>
    public Pulse Moved { get; } = new();

    /// <summary>The end of everything taken.</summary>
    public LogTail Taken
    {
        get
        {
            lock (_gate) return _buffer.Taken;
        }
    }

    /// <summary>Takes a checked frame.</summary>
    public void Take(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        lock (_gate) _buffer.Take(frame, header);
    }

    /// <summary>Lets the disk begin with what was taken, and waits while there is too much of it.</summary>
    /// <exception cref="DiskFullException">There is no room. What was taken is not durable and has to come again.</exception>
    public Task FlushAsync(CancellationToken cancellation) => UntilAsync(buffer => !buffer.IsFull, cancellation);

    /// <summary>Returns when everything taken is durable.</summary>
    /// <exception cref="DiskFullException">There is no room. What was taken is not durable and has to come again.</exception>
    public Task DrainAsync(CancellationToken cancellation) => UntilAsync(buffer => buffer.IsDrained, cancellation);

    public void Dispose() => _thread.Dispose();

    private async Task UntilAsync(Func<AppendBuffer, bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            var moved = Moved.Next;
            lock (_gate)
            {
                if (_failure is { } failure) throw failure as DiskFullException ?? new IOException($"The log failed: {failure.Message}", failure);
                Submit();
                if (condition(_buffer)) return;
            }
            await moved.WaitAsync(cancellation);
        }
    }

    private void Submit()
    {
        if (_failure is null && _buffer.TakeBatch() is { } batch) _thread.Submit(batch, Math.Min(_commitIndex(), batch.After.Index));
    }

    // On the log thread.
    private void Synced(LogBatch batch)
    {
        lock (_gate)
        {
            _buffer.Complete(batch);
            Submit();
        }
        Moved.Fire();
        _synced();
    }

    // On the log thread: nothing of the batch was written, so this session ends and the next one begins behind the log.
    private void Refused(LogBatch batch, DiskFullException full)
    {
        lock (_gate) _failure = full;
        Moved.Fire();
    }

    // On the log thread.
    private void Failed(Exception failure)
    {
        lock (_gate) _failure = failure;
        Moved.Fire();
        _fatal(failure);
    }
}
