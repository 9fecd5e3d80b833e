using Microsoft.Extensions.Logging;

namespace Replication.Server.Systemd;

/// <summary>What talking to the service manager logs: ids 4900 to 4999.</summary>
internal static partial class SystemdLog
{
    [LoggerMessage(4901, LogLevel.Warning, "NOTIFY_SOCKET is '{Socket}', which is neither a path nor an abstract name; the service manager is told nothing.")]
    public static partial void UnknownSocket(ILogger logger, string socket);

    [LoggerMessage(4902, LogLevel.Warning, "The service manager could not be told {State}; the node goes on, later messages are tried again.")]
    public static partial void NotNotified(ILogger logger, string state, Exception failure);
}
