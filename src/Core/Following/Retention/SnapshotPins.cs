using System.Collections.Immutable;

namespace Replication.Core.Following.Retention;

/// <summary>
/// Which snapshots are kept because somebody fetches them. Node ids can be invented, so there are bounds, and nodes with a
/// session come before others. Pure: times come with the events. For one thread at a time.
/// </summary>
public sealed class SnapshotPins
{
    /// <summary>Nodes that can hold a snapshot at the same time; beyond, one without a session that was heard of longest ago gives way.</summary>
    public const int MaxPins = 1024;

    /// <summary>Different snapshots that are held at the same time: each takes as much room as the data.</summary>
    public const int MaxSnapshots = 4;

    private readonly Dictionary<ulong, (long Index, bool Follows, TimeSpan HeardOf)> _pins = [];

    /// <summary>A node was offered a snapshot, or fetches it still.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="index">Of the snapshot.</param>
    /// <param name="follows">Whether it has a session, or had one when it was offered the snapshot; otherwise only its word is known.</param>
    /// <param name="now">On the monotonic clock of the node that holds the snapshots.</param>
    public void Pin(ulong nodeId, long index, bool follows, TimeSpan now)
    {
        var isKnown = _pins.TryGetValue(nodeId, out var pin) && pin.Follows && pin.Index == index;
        _pins[nodeId] = (index, follows || isKnown, now);
        if (_pins.Count > MaxPins) _pins.Remove(_pins.MinBy(other => (other.Value.Follows && IsHeard(other.Value.HeardOf, now), other.Value.HeardOf)).Key);
    }

    /// <summary>A node has all that it needs.</summary>
    public void Release(ulong nodeId) => _pins.Remove(nodeId);

    /// <summary>
    /// Indexes of the snapshots to keep, ascending; at most <see cref="MaxSnapshots"/>. A node that has not been heard of for
    /// too long holds none.
    /// </summary>
    public ImmutableArray<long> HeldAt(TimeSpan now) =>
        [.. _pins.Values.Where(pin => IsHeard(pin.HeardOf, now)).OrderByDescending(pin => (pin.Follows, pin.HeardOf)).Select(pin => pin.Index).Distinct().Take(MaxSnapshots).Order()];

    private static bool IsHeard(TimeSpan heardOf, TimeSpan now) => now - heardOf < RetentionLimits.SnapshotPatience;
}
