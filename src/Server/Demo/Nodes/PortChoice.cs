using System.Net;
using System.Net.Sockets;
using Replication.Server.Commands;

namespace Replication.Server.Demo.Nodes;

/// <summary>
/// Hands out pairs of free ports, each pair once: 7400 and 7401, 7410 and 7411 and so on, which are the defaults of
/// <c>primary</c> and <c>replica</c>, so that the commands to try stay short.
/// </summary>
internal sealed class PortChoice(Func<int, bool> isFree)
{
    /// <summary>The first port asked for.</summary>
    public const int First = 7400;

    /// <summary>No port from here on is asked for.</summary>
    public const int End = 8400;

    private const int Step = 10;

    private readonly Lock _gate = new();
    private int _next = First;

    /// <summary>The next pair of which both ports are free.</summary>
    public PortPair Take()
    {
        lock (_gate)
        {
            while (_next < End)
            {
                var pair = new PortPair(_next, _next + 1);
                _next += Step;
                if (isFree(pair.Grpc) && isFree(pair.Http)) return pair;
            }
        }
        throw new DemoException($"The demo needs free ports from {First} to {End - 1} on 127.0.0.1 and found too few. Stop what uses them.") { Code = ExitCode.Configuration };
    }

    /// <summary>Whether a port of this machine is free just now.</summary>
    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
