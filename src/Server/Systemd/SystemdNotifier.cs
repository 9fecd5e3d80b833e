using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Replication.Server.Systemd;

/// <summary>
/// Tells the service manager how this process is, in the protocol of sd_notify(3): one datagram of NAME=value lines to
/// the socket that it named. Without a socket nothing is sent.
/// </summary>
public sealed class SystemdNotifier : IDisposable
{
    /// <summary>A status line is for one line of a terminal.</summary>
    private const int MaxStatusLength = 512;

    private readonly UnixDomainSocketEndPoint? _manager;
    private readonly Socket? _socket;
    private readonly ILogger _logger;
    private bool _failed;

    /// <summary>Makes a notifier.</summary>
    /// <param name="environment">Names the socket.</param>
    /// <param name="logger">Told once when the socket cannot be used; the node goes on without.</param>
    public SystemdNotifier(SystemdEnvironment environment, ILogger<SystemdNotifier> logger)
    {
        _logger = logger;
        if (environment.NotifySocket.Length == 0) return;
        if (environment.NotifySocket[0] is not ('/' or '@'))
        {
            SystemdLog.UnknownSocket(logger, environment.NotifySocket);
            return;
        }
        // The framework, like the kernel, writes a name in the abstract namespace with a leading zero byte.
        _manager = new UnixDomainSocketEndPoint(environment.NotifySocket[0] == '@' ? '\0' + environment.NotifySocket[1..] : environment.NotifySocket);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    }

    /// <summary>Whether somebody listens.</summary>
    public bool IsEnabled => _socket is not null;

    /// <summary>The node serves.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>The node has begun to stop.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>A sign of life.</summary>
    public void FeedWatchdog() => Send("WATCHDOG=1");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public void Status(string line)
    {
        var text = line.ReplaceLineEndings(" ");
        Send("STATUS=" + (text.Length <= MaxStatusLength ? text : text[..MaxStatusLength]));
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private void Send(string state)
    {
        if (_socket is null || _manager is null) return;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), SocketFlags.None, _manager);
            _failed = false;
        }
        catch (SocketException failure)
        {
            if (!_failed) SystemdLog.NotNotified(_logger, state, failure);
            _failed = true;
        }
    }
}
