namespace Replication.Testing;

/// <summary>One way through a <see cref="TestLink"/>. Everything said to it holds for connections that are open and for later ones. Thread-safe.</summary>
public sealed class LinkDirection
{
    /// <summary>The longest latency: 1 min.</summary>
    public static TimeSpan LongestLatency { get; } = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource? _stall;
    private TimeSpan _latency;
    private long _bytes;

    internal LinkDirection()
    {
    }

    /// <summary>Bytes that came out at the far end, over all connections.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Whether bytes stand still.</summary>
    public bool IsStalled
    {
        get
        {
            lock (_gate) return _stall is not null;
        }
    }

    /// <summary>How long each byte is under way.</summary>
    public TimeSpan Latency
    {
        get
        {
            lock (_gate) return _latency;
        }
    }

    /// <summary>
    /// Bytes stop, and neither the end nor the reset of a connection passes; connections stay open, and new ones are accepted
    /// but say nothing. What is handed over at this moment, up to 16 KiB, may still arrive. At most 1 MiB waits in the link for
    /// each connection; behind that the sender has to wait.
    /// </summary>
    public void Stall()
    {
        lock (_gate) _stall ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Bytes go on where they stopped; none is lost.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            _stall?.SetResult();
            _stall = null;
        }
    }

    /// <summary>Keeps each byte under way for so long, in order. No more than 1 MiB is under way on a connection: this limits its throughput.</summary>
    /// <param name="latency">0 to 1 min; zero for none.</param>
    public void Delay(TimeSpan latency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latency, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(latency, LongestLatency);
        lock (_gate) _latency = latency;
    }

    internal Task FlowsAsync()
    {
        lock (_gate) return _stall?.Task ?? Task.CompletedTask;
    }

    internal void Count(int bytes) => Interlocked.Add(ref _bytes, bytes);
}
