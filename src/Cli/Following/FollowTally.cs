using Replication.Core.Following;

namespace Replication.Cli.Following;

/// <summary>What one session has taken in. One thread counts, any may look.</summary>
internal sealed class FollowTally(TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private readonly DataAge _age = new(-UpstreamFacts.UnknownAge);
    private readonly Lock _gate = new();
    private long _entries;
    private long _bytes;

    /// <summary>Frames taken in.</summary>
    internal long Entries => Interlocked.Read(ref _entries);

    /// <summary>Bytes of these frames.</summary>
    internal long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>How far behind the node the session may be; null while that is not known.</summary>
    internal TimeSpan? Age
    {
        get
        {
            lock (_gate) return _age.At(Now) is var age && age < UpstreamFacts.UnknownAge ? age : null;
        }
    }

    /// <summary>The session's monotonic clock, to be echoed.</summary>
    internal ulong Stamp => (ulong)(Now.Ticks / TimeSpan.TicksPerMicrosecond);

    private TimeSpan Now => time.GetElapsedTime(_began);

    internal void Count(int bytes)
    {
        Interlocked.Increment(ref _entries);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void Reached(long index)
    {
        lock (_gate) _age.Applied(index);
    }

    internal void Heard(in StreamHeartbeat heartbeat, long reached)
    {
        lock (_gate)
        {
            if (heartbeat.EchoedStamp > 0 && heartbeat.EchoedStamp <= Stamp)
                _age.Heard(TimeSpan.FromMicroseconds(heartbeat.EchoedStamp), Math.Max(heartbeat.CommitIndex, heartbeat.DurableIndex), heartbeat.SenderAge, reached);
        }
    }
}
