using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Database;

/// <summary>
/// The log that a database has now, its epoch table, and for how long: when a bootstrap replaces the log, the lease ends
/// first, and with it every session that reads from it.
/// </summary>
public sealed class LogLease : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private EpochTable _epochs;
    private int _disposed;

    /// <summary>Begins a lease.</summary>
    public LogLease(SegmentedLog log, EpochTable epochs)
    {
        Log = log;
        Ended = _ended.Token;
        _epochs = epochs;
    }

    /// <summary>The log.</summary>
    public SegmentedLog Log { get; }

    /// <summary>Every reign up to the end of the log. Set by the role that appends.</summary>
    public EpochTable Epochs
    {
        get => Volatile.Read(ref _epochs);
        set => Volatile.Write(ref _epochs, value);
    }

    /// <summary>Cancelled when the log is replaced or closed.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Ends the lease; the log stays open.</summary>
    public void End()
    {
        if (Volatile.Read(ref _disposed) == 0) _ended.Cancel();
    }

    /// <summary>Ends the lease and closes the log.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _ended.Cancel();
        _ended.Dispose();
        Log.Dispose();
    }
}
