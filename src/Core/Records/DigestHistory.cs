using Replication.Core.Scrubbing;

namespace Replication.Core.Records;

/// <summary>
/// The digest behind each of the last entries, so that nodes can be compared at one position although each has moved
/// on. Thread-safe.
/// </summary>
public sealed class DigestHistory
{
    /// <summary>Entries remembered.</summary>
    public const int Capacity = 65_536;

    private readonly Lock _gate = new();
    private readonly (long Index, StateDigest Digest, long Records)[] _ring;

    /// <summary>Remembers the digests of so many entries.</summary>
    public DigestHistory(int capacity = Capacity) => _ring = new (long, StateDigest, long)[capacity];

    /// <summary>Whole states behind digest entries, while a scrub wants them.</summary>
    public KeptStates States { get; } = new();

    /// <summary>The digest behind an entry.</summary>
    public void Record(long index, StateDigest digest, long records)
    {
        lock (_gate) _ring[index % _ring.Length] = (index, digest, records);
    }

    /// <summary>Forgets everything: another history goes on.</summary>
    public void Clear()
    {
        lock (_gate) Array.Clear(_ring);
    }

    /// <summary>The digest and the number of records behind an entry; null when it is too old or was not seen.</summary>
    public StateDigestEntry? Find(long index)
    {
        if (index <= 0) return null;
        lock (_gate)
        {
            var slot = _ring[index % _ring.Length];
            return slot.Index == index ? new StateDigestEntry(slot.Digest, slot.Records) : null;
        }
    }
}
