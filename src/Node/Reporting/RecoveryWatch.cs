using Microsoft.Extensions.Logging;
using Replication.Core.Bootstrapping;
using Replication.Core.Database;

namespace Replication.Node.Reporting;

/// <summary>Tells how far the opening of a data directory is and how long it will take: to whoever asks, and every few seconds to the log. Thread-safe.</summary>
internal sealed class RecoveryWatch : IDisposable
{
    /// <summary>The log is told so often.</summary>
    public static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(5);

    // Often enough for the pace of the last seconds.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly RecoveryProgress _progress;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _started;
    private readonly Lock _gate = new();
    private readonly TransferPace _pace = new();
    private readonly ITimer _timer;
    private RecoveryStep _step;
    private TimeSpan _logged;

    /// <summary>Begins to watch.</summary>
    public RecoveryWatch(RecoveryProgress progress, TimeProvider time, ILogger logger)
    {
        (_progress, _time, _logger, _started) = (progress, time, logger, time.GetTimestamp());
        _timer = time.CreateTimer(_ => Look(), null, LookEvery, LookEvery);
    }

    /// <summary>Since the beginning.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    /// <summary>How far it is, for people.</summary>
    public string Describe()
    {
        lock (_gate)
        {
            var now = Elapsed;
            var point = _progress.Now;
            // Bytes and entries do not make one pace.
            if (point.Step != _step) _pace.Moved(TransferProgress.None, now);
            _step = point.Step;
            _pace.Moved(new TransferProgress(point.Done, point.Total), now);
            return point.Describe(_pace.TimeLeft(now));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var text = Describe();
        if (Elapsed - _logged < LogEvery) return;
        _logged = Elapsed;
        NodeLog.Recovering(_logger, text, (long)Elapsed.TotalSeconds);
    }
}
