using System.Net;
using System.Net.Sockets;
using Replication.Testing.Relaying;

namespace Replication.Testing;

/// <summary>
/// The network between two nodes, to be broken: a relay on the loopback device. A replica is given its
/// <see cref="Address"/> for its primary. It can be cut, stalled and slowed down. Thread-safe.
/// </summary>
public sealed class TestLink : IAsyncDisposable
{
    private const int Backlog = 128;
    private static readonly TimeSpan PortPatience = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<(LinkConnection Connection, Task Running)> _connections = [];
    private readonly List<Task> _accepting = [];
    private Socket _socket;
    private long _accepted;
    private bool _cut = true;
    private bool _disposed;

    /// <summary>Opens a link; nobody has to listen at its other end yet.</summary>
    /// <param name="target">Where its other end is, for instance a node's gRPC address.</param>
    /// <param name="time">The clock of its latencies; default the system's.</param>
    public TestLink(Uri target, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
        _time = time ?? TimeProvider.System;
        Address = LoopbackPort.TakeAddress();
        _socket = Bind();
        Restore();
    }

    /// <summary>Where its other end is.</summary>
    public Uri Target { get; }

    /// <summary>What to give the one who connects: the upstream's address as the replica is to know it.</summary>
    public Uri Address { get; }

    /// <summary>From the one who connects, the replica, to the target.</summary>
    public LinkDirection ToTarget { get; } = new();

    /// <summary>From the target to the one who connects.</summary>
    public LinkDirection FromTarget { get; } = new();

    /// <summary>Whether it is cut.</summary>
    public bool IsCut
    {
        get
        {
            lock (_gate) return _cut;
        }
    }

    /// <summary>Connections accepted since it was opened. A replica makes one for its stream and another when it fetches a snapshot.</summary>
    public long ConnectionsAccepted => Interlocked.Read(ref _accepted);

    /// <summary>Connections that are open now.</summary>
    public int OpenConnections
    {
        get
        {
            lock (_gate) return _connections.Count(static connection => !connection.Running.IsCompleted);
        }
    }

    /// <summary>Resets every connection, loses what was under way, and refuses new ones. Nothing happens when it is cut already.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            if (_cut) return;
            _cut = true;
            _socket.Dispose();
            // Bound, without listening: the port is kept, and who connects is refused.
            _socket = Bind();
            foreach (var (connection, _) in _connections) connection.Abort();
        }
    }

    /// <summary>Accepts connections again. Nothing happens when it is not cut.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_cut) return;
            _cut = false;
            _socket.Listen(Backlog);
            _accepting.RemoveAll(static task => task.IsCompletedSuccessfully);
            _accepting.Add(AcceptAsync(_socket));
        }
    }

    /// <summary>Stops the bytes in both directions: <see cref="LinkDirection.Stall"/>.</summary>
    public void Stall()
    {
        ToTarget.Stall();
        FromTarget.Stall();
    }

    /// <summary>Lets them go on in both directions: <see cref="LinkDirection.Resume"/>.</summary>
    public void Resume()
    {
        ToTarget.Resume();
        FromTarget.Resume();
    }

    /// <summary>Slows both directions down, a round trip by twice as much: <see cref="LinkDirection.Delay"/>.</summary>
    /// <param name="latency">0 to 1 min, each way.</param>
    public void Delay(TimeSpan latency)
    {
        ToTarget.Delay(latency);
        FromTarget.Delay(latency);
    }

    /// <summary>Cuts it for good and waits until everything of it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        Cut();
        Task[] running;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _socket.Dispose();
            running = [.. _accepting, .. _connections.Select(static connection => connection.Running)];
        }
        await Task.WhenAll(running);
        foreach (var (connection, _) in _connections) connection.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await listener.AcceptAsync(CancellationToken.None);
            }
            catch (SocketException gone) when (gone.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // Whoever connected left before it was accepted.
                continue;
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                // The link was cut; Restore listens again.
                return;
            }
            lock (_gate)
            {
                if (_cut || _socket != listener) accepted.Close(0);
                else Open(accepted);
            }
        }
    }

    private void Open(Socket accepted)
    {
        foreach (var (ended, _) in _connections.Where(static connection => connection.Running.IsCompletedSuccessfully)) ended.Dispose();
        _connections.RemoveAll(static connection => connection.Running.IsCompletedSuccessfully);
        var connection = new LinkConnection(accepted, Target, ToTarget, FromTarget, _time);
        _connections.Add((connection, connection.RunAsync()));
        Interlocked.Increment(ref _accepted);
    }

    // The former socket's port may be held for a moment longer, for instance by a process that is being started and has copies of this one's sockets.
    private Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var began = TimeProvider.System.GetTimestamp();
        for (var wait = new SpinWait(); ; wait.SpinOnce())
        {
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, Address.Port));
                return socket;
            }
            catch (SocketException held) when (held.SocketErrorCode == SocketError.AddressAlreadyInUse && TimeProvider.System.GetElapsedTime(began) < PortPatience)
            {
                continue;
            }
        }
    }
}
