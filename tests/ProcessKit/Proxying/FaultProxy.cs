using System.Net;
using System.Net.Sockets;
using Replication.Testing;

namespace Replication.ProcessKit.Proxying;

/// <summary>
/// The network between two processes, to be broken at an exact byte: a TCP proxy on the loopback device. What happens to a
/// connection is planned when it is accepted; <see cref="Link"/>, which stands behind it, is cut, stalled and slowed down
/// at any time. Thread-safe.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private const int Backlog = 128;
    private const int RecordedBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly List<(ProxyConnection Connection, Task Running)> _connections = [];
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;
    private Func<int, ConnectionPlan> _plan = static _ => ConnectionPlan.Nothing;
    private SaidBytes? _last;
    private int _accepted;

    /// <summary>Opens a proxy; nobody has to listen behind it yet.</summary>
    /// <param name="target">Where its other end is, for instance a node's gRPC address.</param>
    public FaultProxy(Uri target)
    {
        Link = new TestLink(target);
        Address = LoopbackPort.TakeAddress();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Address.Port));
        _listener.Listen(Backlog);
        _accepting = AcceptAsync();
    }

    /// <summary>What to give the one who connects.</summary>
    public Uri Address { get; }

    /// <summary>The way from here to the target: cuts, stalls and delays.</summary>
    public TestLink Link { get; }

    /// <summary>What it did.</summary>
    public FaultCounts Counts { get; } = new();

    /// <summary>Connections accepted so far.</summary>
    public int ConnectionsAccepted => Volatile.Read(ref _accepted);

    /// <summary>What the client said on the newest connection; null before there was one.</summary>
    public SaidBytes? LastRecording
    {
        get
        {
            lock (_gate) return _last;
        }
    }

    /// <summary>Says what happens to connections that are accepted from now on.</summary>
    /// <param name="plan">Is given the number of each, from 1.</param>
    public void PlanNext(Func<int, ConnectionPlan> plan)
    {
        lock (_gate) _plan = plan;
    }

    /// <summary>Nothing happens to connections that are accepted from now on; those that are open are reset, because their plans go on.</summary>
    public void Heal()
    {
        PlanNext(static _ => ConnectionPlan.Nothing);
        ResetConnections();
    }

    /// <summary>Resets every connection that is open.</summary>
    public void ResetConnections()
    {
        lock (_gate)
            foreach (var (connection, running) in _connections)
                if (!running.IsCompleted)
                    connection.Abort();
    }

    /// <summary>Opens a connection to the target, says what was said on another one, and listens.</summary>
    /// <param name="said">The other one's bytes.</param>
    /// <param name="patience">How long is listened at most.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>How many bytes were answered, and whether the target ended the connection by itself.</returns>
    public async Task<(int Answered, bool Ended)> ReplayAsync(SaidBytes said, TimeSpan patience, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(patience);
        var answered = 0;
        try
        {
            await socket.ConnectAsync(Link.Target.Host, Link.Target.Port, late.Token);
            var bytes = said.Take();
            for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), late.Token);
            var buffer = new byte[RecordedBytes];
            while (await socket.ReceiveAsync(buffer, late.Token) is > 0 and var length) answered += length;
            return (answered, true);
        }
        catch (SocketException)
        {
            return (answered, true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (answered, false);
        }
    }

    /// <summary>Resets everything and waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        Task[] running;
        lock (_gate)
        {
            foreach (var (connection, _) in _connections) connection.Abort();
            running = [.. _connections.Select(static connection => connection.Running)];
        }
        await Task.WhenAll(running);
        foreach (var (connection, _) in _connections) connection.Dispose();
        await Link.DisposeAsync();
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                Open(await _listener.AcceptAsync(_closing.Token));
            }
            catch (SocketException gone) when (gone.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // Whoever connected left before it was accepted.
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Open(Socket accepted)
    {
        lock (_gate)
        {
            foreach (var (ended, _) in _connections.Where(static connection => connection.Running.IsCompleted)) ended.Dispose();
            _connections.RemoveAll(static connection => connection.Running.IsCompleted);
            _last = new SaidBytes(RecordedBytes);
            var connection = new ProxyConnection(accepted, Link.Address, _plan(++_accepted), Counts, _last);
            _connections.Add((connection, connection.RunAsync()));
        }
    }
}
