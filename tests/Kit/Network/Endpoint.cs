namespace Replication.Kit.Network;

/// <summary>One end of a simulated connection.</summary>
public sealed class Endpoint
{
    private readonly SimulatedNetwork _network;
    private readonly string _owner;
    private readonly string _peerName;
    private readonly bool _isClient;
    private readonly Queue<(TimeSpan At, byte[]? Bytes)> _underWay = new(); // towards this end; null bytes are the end of the stream
    private Endpoint _peer = null!;
    private TimeSpan _lastArrival;

    private Endpoint(SimulatedNetwork network, string owner, string peer, bool isClient)
    {
        _network = network;
        _owner = owner;
        _peerName = peer;
        _isClient = isClient;
    }

    /// <summary>Told of bytes as they arrive.</summary>
    public Action<byte[]>? Received { get; set; }

    /// <summary>Told once when the other end closed or the connection broke; not when this end closed it.</summary>
    public Action? Ended { get; set; }

    /// <summary>Whether nothing more is sent or received here.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Name of the node at the other end.</summary>
    public string Peer => _peerName;

    /// <summary>Sends bytes; nothing happens on a closed end.</summary>
    public void Send(byte[] bytes)
    {
        if (!IsClosed) _peer.Enqueue(bytes);
    }

    /// <summary>Closes this end. What was sent before still arrives, then the other end is told.</summary>
    public void Close()
    {
        if (IsClosed) return;
        IsClosed = true;
        _underWay.Clear();
        _peer.Enqueue(null);
        _network.Closed(_isClient ? this : _peer);
    }

    internal static (Endpoint Client, Endpoint Server) Pair(SimulatedNetwork network, string from, string to)
    {
        var client = new Endpoint(network, from, to, isClient: true);
        var server = new Endpoint(network, to, from, isClient: false) { _peer = client };
        client._peer = server;
        return (client, server);
    }

    internal bool IsBetween(string one, string other) => (_owner == one && _peerName == other) || (_owner == other && _peerName == one);

    internal bool IsOf(string node) => _owner == node || _peerName == node;

    internal void Resumed(string from, string to)
    {
        if (_owner == to && _peerName == from) Deliver();
        if (_owner == from && _peerName == to) _peer.Deliver();
    }

    /// <summary>Both ends get a part of what is under way to them, and then nothing more.</summary>
    internal void Break(double part)
    {
        _network.Closed(this);
        BreakOne(part);
        _peer.BreakOne(part);
    }

    internal void OwnerGone(string node, bool silently)
    {
        var (gone, other) = _owner == node ? (this, _peer) : (_peer, this);
        gone.IsClosed = true;
        gone._underWay.Clear();
        (gone.Received, gone.Ended) = (null, null);
        if (silently) return;
        _network.Closed(this);
        other.Enqueue(null);
    }

    private void BreakOne(double part)
    {
        if (IsClosed) return;
        var all = _underWay.Where(piece => piece.Bytes is not null).SelectMany(piece => piece.Bytes!).ToArray();
        _underWay.Clear();
        var arrived = all[..(int)(all.Length * part)];
        if (arrived.Length > 0) Received?.Invoke(arrived);
        End();
    }

    private void Enqueue(byte[]? bytes)
    {
        if (IsClosed) return;
        var at = _network.Events.Now + _network.Delay(_network.Between(_peerName, _owner));
        _lastArrival = at > _lastArrival ? at : _lastArrival;
        _underWay.Enqueue((_lastArrival, bytes));
        _network.Events.After(_lastArrival - _network.Events.Now, Deliver);
    }

    private void Deliver()
    {
        var direction = _network.Between(_peerName, _owner);
        while (!direction.IsStalled && _underWay.TryPeek(out var next) && next.At <= _network.Events.Now)
        {
            _underWay.Dequeue();
            if (next.Bytes is null) End();
            else Received?.Invoke(_network.Carry(direction, next.Bytes));
        }
    }

    private void End()
    {
        if (IsClosed) return;
        IsClosed = true;
        _underWay.Clear();
        Ended?.Invoke();
    }
}
