using System.Globalization;

namespace Replication.Server.Systemd;

/// <summary>What the service manager told this process when it started it.</summary>
/// <param name="NotifySocket">NOTIFY_SOCKET: a path, or a name behind <c>@</c> in the abstract namespace. Empty when nobody listens.</param>
/// <param name="WatchdogTimeout">WATCHDOG_USEC: how long the manager waits for a sign of life; zero when it does not.</param>
public sealed record SystemdEnvironment(string NotifySocket, TimeSpan WatchdogTimeout)
{
    /// <summary>Reads the variables.</summary>
    /// <param name="variable">The value of an environment variable, null when it is not set.</param>
    /// <param name="processId">This process. A watchdog that is meant for another one (WATCHDOG_PID) is none of ours.</param>
    public static SystemdEnvironment Read(Func<string, string?> variable, int processId)
    {
        var owner = variable("WATCHDOG_PID");
        var isOurs = string.IsNullOrEmpty(owner) || owner == processId.ToString(CultureInfo.InvariantCulture);
        var timeout = isOurs && long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            ? TimeSpan.FromMicroseconds(micros)
            : TimeSpan.Zero;
        return new SystemdEnvironment(variable("NOTIFY_SOCKET") ?? string.Empty, timeout);
    }
}
