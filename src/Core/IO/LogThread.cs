using Replication.Core.Log;

namespace Replication.Core.IO;

/// <summary>
/// The thread that writes and syncs batches, one at a time, so that whoever fills them goes on meanwhile. When nothing
/// comes for a while, and when it ends, it writes an idle mark.
/// </summary>
public sealed class LogThread : IDisposable
{
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(200);

    private readonly SegmentedLog _log;
    private readonly Action<LogBatch> _completed;
    private readonly Action<LogBatch, DiskFullException> _refused;
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _work = new(0);
    private LogBatch? _batch;
    private long _commitIndex;
    private volatile bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="log">The log to append to; nobody else appends while the thread lives.</param>
    /// <param name="completed">Called on the thread when a batch is durable. May submit the next one.</param>
    /// <param name="refused">Called on the thread when the disk has no room: nothing of the batch was written. May submit another one.</param>
    /// <param name="failed">Called on the thread when writing or syncing failed. Nothing is taken after that.</param>
    public LogThread(SegmentedLog log, Action<LogBatch> completed, Action<LogBatch, DiskFullException> refused, Action<Exception> failed)
    {
        _log = log;
        _completed = completed;
        _refused = refused;
        _failed = failed;
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Hands a batch over. Only when the one before is complete.</summary>
    /// <param name="batch">To be written and synced.</param>
    /// <param name="commitIndex">The commit index known now.</param>
    public void Submit(LogBatch batch, long commitIndex)
    {
        Interlocked.Exchange(ref _commitIndex, commitIndex);
        if (Interlocked.CompareExchange(ref _batch, batch, null) is not null) throw new InvalidOperationException("A batch is with the disk already.");
        _work.Release();
    }

    /// <summary>Ends the thread after the batch it has.</summary>
    public void Dispose()
    {
        _stopping = true;
        _work.Release();
        if (Thread.CurrentThread != _thread) _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        try
        {
            var marked = true;
            while (true)
            {
                if (!_work.Wait(marked ? Timeout.InfiniteTimeSpan : IdleAfter))
                {
                    _log.MarkIdle(Interlocked.Read(ref _commitIndex));
                    marked = true;
                    continue;
                }
                if (Volatile.Read(ref _batch) is { } batch)
                {
                    Append(batch);
                    marked = false;
                }
                if (!_stopping || Volatile.Read(ref _batch) is not null) continue;
                if (!marked) _log.MarkIdle(Interlocked.Read(ref _commitIndex));
                return;
            }
        }
        catch (Exception failure)
        {
            _failed(failure);
        }
    }
    private void Append(LogBatch batch)
    {
        try
        {
            _log.Append(batch, Interlocked.Read(ref _commitIndex));
        }
        catch (DiskFullException full)
        {
            Volatile.Write(ref _batch, null);
            _refused(batch, full);
            return;
        }
        Volatile.Write(ref _batch, null);
        _completed(batch);
    }
}
