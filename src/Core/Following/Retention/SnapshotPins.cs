using System.Collections.Immutable;

namespace Replication.Core.Following.Retention;

/// <summary>Which snapshots are kept because somebody fetches them. Pure: times come with the events. For one thread at a time.</summary>
public sealed class SnapshotPins
{
    /// <summary>Nodes that can hold a snapshot at the same time; beyond, the one heard of longest ago gives way.</summary>
    public const int MaxPins = 1024;

    private readonly Dictionary<ulong, (long Index, TimeSpan HeardOf)> _pins = [];

    /// <summary>A node was offered a snapshot, or fetches it still.</summary>
    public void Pin(ulong nodeId, long index, TimeSpan now)
    {
        _pins[nodeId] = (index, now);
        if (_pins.Count > MaxPins) _pins.Remove(_pins.MinBy(pin => pin.Value.HeardOf).Key);
    }

    /// <summary>A node has all that it needs.</summary>
    public void Release(ulong nodeId) => _pins.Remove(nodeId);

    /// <summary>Indexes of the snapshots to keep, ascending. A node that has not been heard of for too long holds none.</summary>
    public ImmutableArray<long> HeldAt(TimeSpan now) =>
        [.. _pins.Values.Where(pin => now - pin.HeardOf < RetentionLimits.SnapshotPatience).Select(pin => pin.Index).Distinct().Order()];
}
