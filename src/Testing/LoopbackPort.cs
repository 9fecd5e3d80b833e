using System.Net;
using System.Net.Sockets;

namespace Replication.Testing;

/// <summary>
/// Free ports of this machine, for tests. They lie below the range from which Linux takes the ports of outgoing
/// connections, so that a port stays free while the node that uses it is stopped.
/// </summary>
public static class LoopbackPort
{
    private const int First = 20_000;
    private const int Last = 31_999;

    private static int _next = Random.Shared.Next(First, Last);

    /// <summary>A port on which nothing listens, and which was not handed out by this process for thousands of calls.</summary>
    /// <exception cref="InvalidOperationException">Every port from 20000 to 31999 is in use.</exception>
    public static int Take()
    {
        for (var tries = First; tries <= Last; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % (Last - First + 1));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                continue;
            }
        }
        throw new InvalidOperationException($"Every port from {First} to {Last} is in use. Stop what was left running.");
    }

    /// <summary>An address without TLS on a port of <see cref="Take"/>.</summary>
    public static Uri TakeAddress() => new($"http://{IPAddress.Loopback}:{Take()}");
}
