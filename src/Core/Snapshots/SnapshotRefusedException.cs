namespace Replication.Core.Snapshots;

/// <summary>Memory is not, or may not be, what the log that is here now made: a snapshot of it would carry wrong data on, and log would be removed for it.</summary>
public sealed class SnapshotRefusedException : IOException
{
    private SnapshotRefusedException(string message)
        : base(message)
    {
    }

    internal static SnapshotRefusedException Nothing() => new("There is no data yet, so there is nothing to take a snapshot of. Take it again once the node's status says that it follows.");

    internal static SnapshotRefusedException NotInLog(long index) => new(
        $"Entry {index}, of which the snapshot would be, is not the one in this node's log, or not synced there: the log was replaced, or is about to go that far. Take the snapshot again.");

    internal static SnapshotRefusedException Doubted(long index) => new(
        $"A digest in the log does not agree with what this node's memory had at entry {index}, so no snapshot is written of it. Take it again once the node's status says that it follows.");

    internal static SnapshotRefusedException Changed(long index) => new(
        $"The records in this node's memory are not those that its digest at entry {index} is of: its memory changed, and no snapshot is written of it. Start the node again: it builds its memory anew from its own snapshot and log.");
}
