using Replication.Core.Bootstrapping;
using Replication.Core.Following;

namespace Replication.Replica;

/// <summary>What a replica knows of its upstream and of itself, for status. Thread-safe.</summary>
internal sealed class ReplicaProgress
{
    /// <summary>A replica no further behind than this is at the end of the log.</summary>
    private const long StreamingWithinEntries = FollowerProgress.StreamingWithinEntries;

    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Lock _gate = new();
    private readonly TransferPace _transfer = new();
    private DataAge _age = NothingKnown();
    private MissingBytes _missing = new();
    private long _waitingBytes;
    private TimeSpan _lastContact;
    private long _commitIndex;
    private long? _upstreamIndex;
    private long _applied;
    private long _entriesApplied;

    public ReplicaProgress(TimeProvider time, long applied)
    {
        _time = time;
        _started = time.GetTimestamp();
        _applied = applied;
    }

    /// <summary>This replica's monotonic clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_started);

    public long EntriesApplied => Interlocked.Read(ref _entriesApplied);

    /// <summary>Whether everything that the upstream is known to have, but for a little, is shown here.</summary>
    public bool IsAtEnd
    {
        get
        {
            lock (_gate) return (_upstreamIndex ?? _commitIndex) - _applied <= StreamingWithinEntries;
        }
    }

    /// <summary>How old the data shown here may be.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_gate) return _age.At(Now);
        }
    }

    /// <summary>This replica's monotonic clock, to be echoed.</summary>
    public ulong Stamp() => (ulong)(Now.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Something came from the upstream.</summary>
    public void HeardOf()
    {
        lock (_gate) _lastContact = Now;
    }

    /// <summary>Bytes of frames came, of which the last whole one has this index.</summary>
    public void Received(long bytes, long received)
    {
        lock (_gate) _missing.Received(bytes, received);
    }

    /// <summary>A heartbeat came.</summary>
    public void Heard(in StreamHeartbeat heartbeat, long received, long applied)
    {
        lock (_gate)
        {
            _missing.Heard(heartbeat.DurableIndex, heartbeat.BytesBehind, received);
            _lastContact = Now;
            _upstreamIndex = Math.Max(_upstreamIndex ?? 0, heartbeat.DurableIndex);
            if (heartbeat.EchoedStamp > 0 && heartbeat.EchoedStamp <= Stamp())
                _age.Heard(TimeSpan.FromMicroseconds(heartbeat.EchoedStamp), Math.Max(heartbeat.CommitIndex, heartbeat.DurableIndex), heartbeat.SenderAge, applied);
        }
    }

    /// <summary>Readers see everything up to an index, of which the upstream said that so much is committed; so many bytes wait here for that.</summary>
    public void Applied(long applied, long commitIndex, long waitingBytes)
    {
        lock (_gate)
        {
            _waitingBytes = waitingBytes;
            _lastContact = Now;
            _entriesApplied += Math.Max(0, applied - _applied);
            _applied = Math.Max(_applied, applied);
            _commitIndex = Math.Max(_commitIndex, commitIndex);
            _age.Applied(applied);
        }
    }

    /// <summary>A bootstrap begins, perhaps from another history: what was known of the upstream's end does not hold any more.</summary>
    public void BeginsAnew()
    {
        lock (_gate) (_upstreamIndex, _missing, _waitingBytes) = (null, new MissingBytes(), 0);
    }

    /// <summary>A snapshot was installed: what is shown may have gone back or jumped, so that nothing that was known of its age holds any more.</summary>
    public void Installed(long index)
    {
        lock (_gate)
        {
            (_applied, _commitIndex, _age) = (index, 0, NothingKnown());
            _transfer.Moved(TransferProgress.None, Now);
        }
    }

    /// <summary>So much of a snapshot has come.</summary>
    public void Fetched(TransferProgress progress)
    {
        lock (_gate)
        {
            // Two requests may report in another order than they stored.
            if (progress.TotalBytes != _transfer.Progress.TotalBytes || progress.Bytes > _transfer.Progress.Bytes) _transfer.Moved(progress, Now);
        }
    }

    public UpstreamStatus Describe(Uri upstream, bool connected, string lastError)
    {
        lock (_gate)
        {
            var facts = new UpstreamFacts(
                upstream.GetLeftPart(UriPartial.Authority), connected, _lastContact, _commitIndex, _upstreamIndex, _applied, _age.At(Now), lastError, _transfer.Progress, _transfer.TimeLeft(Now))
            {
                BytesMissing = _missing.UpTo(Math.Max(_upstreamIndex ?? 0, _commitIndex)) + _waitingBytes,
            };
            return facts.At(Now);
        }
    }

    // What a node had before it started may be of any age.
    private static DataAge NothingKnown() => new(-UpstreamFacts.UnknownAge);
}
