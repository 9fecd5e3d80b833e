namespace Replication.Core.Bootstrapping;

/// <summary>
/// How fast a transfer goes, and for how long it will: from what came during the last seconds, so that a pause shows. Pure:
/// times come with the events. For one thread at a time.
/// </summary>
public sealed class TransferPace
{
    /// <summary>What came longer ago does not count.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    // Between two that are kept; so there are at most some fifty.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(200);

    private readonly Queue<(TimeSpan At, long Bytes)> _seen = new();
    private (TimeSpan At, long Bytes)? _newest;

    /// <summary>How far it has come now.</summary>
    public TransferProgress Progress { get; private set; }

    /// <summary>So much has come.</summary>
    public void Moved(TransferProgress progress, TimeSpan now)
    {
        if (progress.TotalBytes != Progress.TotalBytes || progress.Bytes < Progress.Bytes)
        {
            _seen.Clear();
            _newest = null;
        }
        Progress = progress;
        if (!progress.IsUnderWay) return;
        if (_newest is { } newest && now - newest.At < Grain) return;
        _newest = (now, progress.Bytes);
        _seen.Enqueue((now, progress.Bytes));
        while (_seen.Count > 1 && now - _seen.Peek().At > Memory) _seen.Dequeue();
    }

    /// <summary>For how long it will go on at its present pace; null when that cannot be told, zero when everything has come.</summary>
    public TimeSpan? TimeLeft(TimeSpan now)
    {
        if (!Progress.IsUnderWay) return null;
        var left = Progress.TotalBytes - Progress.Bytes;
        if (left <= 0) return TimeSpan.Zero;
        if (!_seen.TryPeek(out var first)) return null;
        var (came, during) = (Progress.Bytes - first.Bytes, now - first.At);
        if (came <= 0 || during < Grain) return null;
        var seconds = during.TotalSeconds * left / came;
        return seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;
    }
}
