using Microsoft.Extensions.Hosting;

namespace Replication.Server.Systemd;

/// <summary>
/// Keeps the service manager informed while the host lives: a status line from the first moment, READY when the host has
/// started, STOPPING when it begins to stop, and signs of life for a watchdog. A sign of life follows only on a status
/// line that could be made, so a node that hangs in its own locks is restarted.
/// </summary>
/// <param name="environment">Says whether a watchdog waits, and for how long.</param>
/// <param name="notifier">Where everything goes.</param>
/// <param name="lifetime">Tells when the host has started and when it begins to stop.</param>
/// <param name="statusLine">What the node does, in one line.</param>
/// <param name="time">For the pauses.</param>
public sealed class SystemdService(
    SystemdEnvironment environment, SystemdNotifier notifier, IHostApplicationLifetime lifetime, Func<string> statusLine, TimeProvider time) : BackgroundService
{
    /// <summary>How old the status line is at most.</summary>
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!notifier.IsEnabled) return;
        using var started = lifetime.ApplicationStarted.Register(notifier.Ready);
        using var stopping = lifetime.ApplicationStopping.Register(notifier.Stopping);
        using var timer = new PeriodicTimer(Interval(environment.WatchdogTimeout), time);
        try
        {
            do Tell();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; the callback above has said so.
        }
    }

    private void Tell()
    {
        notifier.Status(statusLine());
        if (environment.WatchdogTimeout > TimeSpan.Zero) notifier.FeedWatchdog();
    }

    // Half the watchdog's time, as its makers advise, so that one late tick does no harm.
    private static TimeSpan Interval(TimeSpan watchdog)
    {
        var half = watchdog / 2;
        return half > TimeSpan.Zero && half < StatusInterval ? half : StatusInterval;
    }
}
