using Replication.Core.Log;

namespace Replication.Core.Following;

/// <summary>
/// Frames on their way to a replica's log: while one batch is with the disk the next one collects what comes meanwhile.
/// For one thread at a time.
/// </summary>
public sealed class AppendBuffer
{
    /// <summary>Whoever brings frames waits while so many bytes are collected.</summary>
    public const int FullBytes = 8 * 1024 * 1024;

    private LogBatch _filling = new();
    private LogBatch? _spare = new();

    /// <summary>Begins behind the end of the synced log.</summary>
    public AppendBuffer(in LogTail tail) => _filling.Restart(tail);

    /// <summary>The end of everything taken.</summary>
    public LogTail Taken => _filling.After;

    /// <summary>Whether to wait for the disk before taking more.</summary>
    public bool IsFull => _filling.WrittenBytes >= FullBytes;

    /// <summary>Whether everything taken is durable.</summary>
    public bool IsDrained => _filling.IsEmpty && _spare is not null;

    /// <summary>Takes a checked frame.</summary>
    public void Take(ReadOnlySpan<byte> frame, in FrameHeader header) => _filling.AppendVerified(frame, header);

    /// <summary>The batch to take to the disk now; null while the disk has one or there is nothing to write.</summary>
    public LogBatch? TakeBatch()
    {
        if (_filling.IsEmpty || _spare is not { } next) return null;
        var batch = _filling;
        (_filling, _spare) = (next, null);
        _filling.Restart(batch.After);
        return batch;
    }

    /// <summary>The disk has the batch.</summary>
    public void Complete(LogBatch batch) => _spare = batch;
}
