using System.Net;
using System.Net.Sockets;

namespace Replication.Testing;

/// <summary>
/// Free ports of this machine, for tests. They lie below the range from which Linux takes the ports of outgoing
/// connections, so that a port stays free while the node that uses it is stopped. Each process takes them from a part of
/// its own, which it holds until it ends by a file in the folder for temporary files, so that processes which test side by
/// side do not hand out the same port before anybody listens on it. There are twelve parts; processes beyond share one.
/// </summary>
public static class LoopbackPort
{
    private const int First = 20_000;
    private const int SlicePorts = 1_000;
    private const int Slices = 12;

    private static readonly (FileStream? Held, int First) Slice = TakeSlice();

    private static int _next = Random.Shared.Next(SlicePorts);

    /// <summary>A port on which nothing listens, and which was not handed out by this process for hundreds of calls.</summary>
    /// <exception cref="InvalidOperationException">Every port of this process's part is in use.</exception>
    public static int Take()
    {
        for (var tries = 0; tries < SlicePorts; tries++)
        {
            var port = Slice.First + (int)((uint)Interlocked.Increment(ref _next) % SlicePorts);
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
        throw new InvalidOperationException($"Every port from {Slice.First} to {Slice.First + SlicePorts - 1} is in use. Stop what was left running.");
    }

    /// <summary>An address without TLS on a port of <see cref="Take"/>.</summary>
    public static Uri TakeAddress() => new($"http://{IPAddress.Loopback}:{Take()}");

    // The file stays open, and with it locked, until the process ends.
    private static (FileStream? Held, int First) TakeSlice()
    {
        var begin = Random.Shared.Next(Slices);
        for (var tries = 0; tries < Slices; tries++)
        {
            var first = First + ((begin + tries) % Slices * SlicePorts);
            if (TryHold(Path.Combine(Path.GetTempPath(), $"replication-test-ports-{first}")) is { } held) return (held, first);
        }
        return (null, First + (begin * SlicePorts));
    }

    private static FileStream? TryHold(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // Another process has it, perhaps another user's.
            return null;
        }
    }
}
