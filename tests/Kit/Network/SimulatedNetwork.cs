namespace Replication.Kit.Network;

/// <summary>
/// Connections between nodes in virtual time: bytes arrive in order, whole or in pieces, later, much later or not at all.
/// Everything is drawn from one sequence of random numbers. For one thread.
/// </summary>
/// <param name="events">The time.</param>
/// <param name="random">Draws delays and where bytes are cut and changed.</param>
public sealed class SimulatedNetwork(EventQueue events, Random random)
{
    private readonly Dictionary<(string Node, string Service), Action<Endpoint>> _listeners = [];
    private readonly Dictionary<(string From, string To), Direction> _directions = [];
    private readonly List<Endpoint> _open = [];

    /// <summary>A piece takes up to so long; drawn for each.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How long a node waits for a connection that nobody answers.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    internal EventQueue Events => events;

    /// <summary>A node takes connections for a service from now on.</summary>
    public void Listen(string node, string service, Action<Endpoint> accept) => _listeners[(node, service)] = accept;

    /// <summary>Opens a connection; told the endpoint, or null when there is none.</summary>
    public void Connect(string from, string to, string service, Action<Endpoint?> connected)
    {
        if (Between(from, to).IsStalled || Between(to, from).IsStalled)
        {
            events.After(ConnectTimeout, () => connected(null));
            return;
        }
        events.After(Delay(Between(from, to)), () =>
        {
            if (!_listeners.TryGetValue((to, service), out var accept))
            {
                connected(null);
                return;
            }
            var (client, server) = Endpoint.Pair(this, from, to);
            _open.Add(client);
            accept(server);
            connected(client);
        });
    }

    /// <summary>Nothing passes in one direction until it is resumed; nothing is lost.</summary>
    public void Stall(string from, string to) => Between(from, to).IsStalled = true;

    /// <summary>What was held passes on.</summary>
    public void Resume(string from, string to)
    {
        Between(from, to).IsStalled = false;
        foreach (var endpoint in _open.ToArray()) endpoint.Resumed(from, to);
    }

    /// <summary>Pieces in one direction take so much longer from now on.</summary>
    public void Slow(string from, string to, TimeSpan by) => Between(from, to).Extra = by;

    /// <summary>One bit of the next piece in a direction changes.</summary>
    public void ChangeNext(string from, string to) => Between(from, to).ChangesNext = true;

    /// <summary>Whether a change that was asked for has not come to a piece yet.</summary>
    public bool IsChangePending(string from, string to) => Between(from, to).ChangesNext;

    /// <summary>Every connection between two nodes breaks: of what is under way a part arrives, then both ends notice.</summary>
    /// <returns>How many did.</returns>
    public int Break(string one, string other)
    {
        var broken = _open.Where(endpoint => endpoint.IsBetween(one, other)).ToArray();
        foreach (var endpoint in broken) endpoint.Break(random.NextDouble());
        return broken.Length;
    }

    /// <summary>A node is gone: it takes no connections, and the other ends notice, at once or only when they give up.</summary>
    /// <param name="node">Which.</param>
    /// <param name="silently">As when the power is lost: nobody is told.</param>
    public void Gone(string node, bool silently)
    {
        foreach (var key in _listeners.Keys.Where(key => key.Node == node).ToArray()) _listeners.Remove(key);
        foreach (var endpoint in _open.Where(endpoint => endpoint.IsOf(node)).ToArray()) endpoint.OwnerGone(node, silently);
    }

    /// <summary>Everything is as it should be again.</summary>
    public void Heal()
    {
        foreach (var ((from, to), direction) in _directions)
        {
            (direction.Extra, direction.ChangesNext) = (TimeSpan.Zero, false);
            if (direction.IsStalled) Resume(from, to);
        }
    }

    internal TimeSpan Delay(Direction direction) => direction.Extra + TimeSpan.FromTicks(1 + random.NextInt64(MaxDelay.Ticks));

    internal Direction Between(string from, string to)
    {
        if (!_directions.TryGetValue((from, to), out var direction)) _directions[(from, to)] = direction = new Direction();
        return direction;
    }

    internal void Closed(Endpoint client) => _open.Remove(client);

    // Bytes as they arrive: a stream knows no messages, and a changed bit is one of them.
    internal byte[] Carry(Direction direction, byte[] bytes)
    {
        if (!direction.ChangesNext || bytes.Length == 0) return bytes;
        direction.ChangesNext = false;
        byte[] changed = [.. bytes];
        changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }

    /// <summary>How things are from one node to another.</summary>
    internal sealed class Direction
    {
        public bool IsStalled { get; set; }

        public bool ChangesNext { get; set; }

        public TimeSpan Extra { get; set; }
    }
}
