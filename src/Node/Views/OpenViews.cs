using Microsoft.Extensions.Logging;
using Replication.Core.Database;

namespace Replication.Node.Views;

/// <summary>
/// The views that applications and clients hold. Each keeps the memory of everything that is replaced while it is open, so
/// that one that stays open for long is reported, and ended when it is open for too long. Thread-safe.
/// </summary>
internal sealed class OpenViews : IDisposable
{
    /// <summary>A view that is open for so long is reported, once.</summary>
    public static readonly TimeSpan ReportAfter = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly TimeSpan _maxAge;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly LinkedList<OpenView> _views = []; // the oldest first

    /// <summary>Begins to look after views.</summary>
    /// <param name="maxAge">How long one may be open; zero: for ever.</param>
    /// <param name="time">Tells how long they are open.</param>
    /// <param name="logger">For reports.</param>
    public OpenViews(TimeSpan maxAge, TimeProvider time, ILogger logger)
    {
        (_maxAge, _time, _logger) = (maxAge, time, logger);
        _timer = time.CreateTimer(_ => Look(), null, BetweenLooks, BetweenLooks);
    }

    /// <summary>How many are open, and how long the oldest has been.</summary>
    public (int Count, TimeSpan Oldest) Open
    {
        get
        {
            lock (_gate) return (_views.Count, _views.First is { Value: var oldest } ? AgeOf(oldest) : TimeSpan.Zero);
        }
    }

    /// <summary>Opens one on the newest state.</summary>
    /// <param name="database">What is read.</param>
    /// <param name="purpose">For reports: who holds it and what for.</param>
    public OpenView OpenOn(LocalDatabase database, string purpose)
    {
        var opened = new OpenView(database.OpenView(), purpose, _time.GetTimestamp(), Close);
        lock (_gate) opened.Place = _views.AddLast(opened);
        return opened;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Close(OpenView view)
    {
        lock (_gate)
        {
            if (view.Place is null) return;
            _views.Remove(view.Place);
            view.Place = null;
        }
    }

    private TimeSpan AgeOf(OpenView view) => _time.GetElapsedTime(view.OpenedAt);

    private void Look()
    {
        List<OpenView> old;
        lock (_gate) old = [.. _views.TakeWhile(view => AgeOf(view) >= (_maxAge > TimeSpan.Zero && _maxAge < ReportAfter ? _maxAge : ReportAfter))];
        foreach (var view in old)
        {
            if (_maxAge > TimeSpan.Zero && AgeOf(view) >= _maxAge)
            {
                NodeLog.ViewExpired(_logger, view.Purpose, view.View.State.Position.ToString(), (long)AgeOf(view).TotalSeconds);
                view.Expire();
            }
            else if (!view.IsReported)
            {
                NodeLog.ViewIsOld(_logger, view.Purpose, view.View.State.Position.ToString(), (long)AgeOf(view).TotalSeconds, (long)_maxAge.TotalSeconds);
                view.IsReported = true;
            }
        }
    }
}
