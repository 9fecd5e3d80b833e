namespace Replication.Core.Bootstrapping;

/// <summary>
/// Which nodes may fetch a snapshot now: so many at the same time, and each with so many requests. The others are told when
/// to come again, from what the transfers under way still have to send. Pure: times come with the events. For one thread at
/// a time.
/// </summary>
/// <param name="maxNodes">Nodes that fetch at the same time.</param>
public sealed class TransferSlots(int maxNodes)
{
    /// <summary>Requests of one node at the same time.</summary>
    public const int MaxRequests = 4;

    /// <summary>Nobody is told to come again sooner.</summary>
    public static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    /// <summary>Nobody is told to come again later.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    // Of so many nodes it is known which snapshot they got; beyond, one may count twice.
    private const int MaxRemembered = 1024;

    private readonly Dictionary<ulong, Transfer> _transfers = [];
    private readonly Dictionary<ulong, long> _served = [];

    /// <summary>Nodes that fetch now.</summary>
    public int Nodes => _transfers.Count;

    /// <summary>A node asks for chunks.</summary>
    /// <param name="nodeId">Of the node; 0 for all who do not say.</param>
    /// <param name="bytes">That it asks for.</param>
    /// <param name="now">On the monotonic clock of this node.</param>
    /// <returns>Null when it may begin, and has to <see cref="Leave"/>; otherwise when to come again.</returns>
    public TimeSpan? Enter(ulong nodeId, long bytes, TimeSpan now)
    {
        if (_transfers.TryGetValue(nodeId, out var transfer))
        {
            if (transfer.Requests == MaxRequests) return ShortestWait;
        }
        else if (_transfers.Count >= maxNodes)
        {
            return Wait(now);
        }
        else
        {
            _transfers.Add(nodeId, transfer = new Transfer());
        }
        transfer.Requests++;
        transfer.Asked(bytes, now);
        return null;
    }

    /// <summary>Bytes were sent to a node that entered.</summary>
    public void Sent(ulong nodeId, long bytes, TimeSpan now) => _transfers[nodeId].Sent(bytes, now);

    /// <summary>A request of a node that entered has ended.</summary>
    /// <param name="nodeId">Of the node.</param>
    /// <param name="snapshot">Index of the snapshot that it fetches.</param>
    /// <param name="isWhole">Whether everything that was asked for was sent.</param>
    /// <returns>Whether this is the first that the node got of this snapshot: its requests need not overlap, and are one transfer all the same.</returns>
    public bool Leave(ulong nodeId, long snapshot, bool isWhole)
    {
        var transfer = _transfers[nodeId];
        if (--transfer.Requests == 0) _transfers.Remove(nodeId);
        if (!isWhole || _served.GetValueOrDefault(nodeId) == snapshot) return false;
        if (_served.Count >= MaxRemembered) _served.Clear();
        _served[nodeId] = snapshot;
        return true;
    }

    // The first to end makes room. What it will still ask for is not known here, so this is the least that is left.
    private TimeSpan Wait(TimeSpan now)
    {
        var first = _transfers.Values.Select(transfer => transfer.TimeLeft(now)).Min() ?? ShortestWait;
        return TimeSpan.FromTicks(Math.Clamp(first.Ticks, ShortestWait.Ticks, LongestWait.Ticks));
    }

    /// <summary>What one node fetches.</summary>
    private sealed class Transfer
    {
        private readonly TransferPace _pace = new();
        private long _sent;
        private long _asked;

        public int Requests { get; set; }

        public void Asked(long bytes, TimeSpan now) => Move(_sent, _asked + bytes, now);

        public void Sent(long bytes, TimeSpan now) => Move(_sent + bytes, _asked, now);

        public TimeSpan? TimeLeft(TimeSpan now) => _pace.TimeLeft(now);

        private void Move(long sent, long asked, TimeSpan now)
        {
            (_sent, _asked) = (sent, asked);
            _pace.Moved(new TransferProgress(sent, asked), now);
        }
    }
}
