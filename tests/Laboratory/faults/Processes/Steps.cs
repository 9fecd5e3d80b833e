namespace Replication.Faults.Processes;

/// <summary>
/// The steps at which nodes are killed: what the engine does to its disk, by purpose and action, and showing a state. The first start
/// of a data directory and damage are shown by <c>tests/Core/Database</c>, where every operation has a power loss behind it.
/// </summary>
/// <remarks>The order counts: some steps are only taken because of what the kill before them left behind.</remarks>
internal static class Steps
{
    /// <summary>Of a node that commits, rolls, writes snapshots, removes what is not needed, and starts again.</summary>
    public static IReadOnlyList<string> OfPrimary { get; } =
    [
        // What a commit does.
        "Append/Write",
        "Append/Sync",
        "State/Show",
        "IdleMark/Write",
        "IdleMark/Sync",
        // A segment is made ready, and becomes the newest; what is left of one goes at the next start.
        "SegmentPrepare/Create",
        "SegmentPrepare/Write",
        "SegmentPrepare/Sync",
        "Recovery/Delete",
        "SegmentRoll/Write",
        "SegmentRoll/Sync",
        "SegmentRoll/Rename",
        "SegmentRoll/SyncDirectory",
        // A snapshot is written, older ones and log that nobody needs are removed.
        "SnapshotWrite/Create",
        "SnapshotWrite/Write",
        "SnapshotWrite/Sync",
        "SnapshotWrite/Rename",
        "SnapshotWrite/SyncDirectory",
        "SnapshotDelete/Delete",
        "SnapshotDelete/SyncDirectory",
        "Retention/Delete",
        "Retention/SyncDirectory",
        // What is known of followers is saved. The removal of a file that was not finished is last, because the kill before it leaves one.
        "Register/Create",
        "Register/Write",
        "Register/Rename",
        "Register/SyncDirectory",
        "Register/Sync",
        "Register/Delete",
        // A start, and what it takes over.
        "Resync/Write",
        "Resync/Sync",
        "Resync/SyncDirectory",
        "Identity/Write",
        "Identity/Sync",
        "Identity/Rename",
        "Identity/SyncDirectory",
        "Identity/Create",
        "Identity/Delete",
    ];

    /// <summary>Of a node that bootstraps and follows.</summary>
    public static IReadOnlyList<string> OfReplica { get; } =
    [
        // It begins from a snapshot, and installs it.
        "Bootstrap/Create",
        "Bootstrap/Write",
        "Bootstrap/Sync",
        "Bootstrap/Rename",
        "Bootstrap/SyncDirectory",
        "Bootstrap/CreateDirectory",
        "Bootstrap/Delete",
        "Bootstrap/DeleteDirectory",
        "Layout/CreateDirectory",
        "Layout/Rename",
        "Layout/SyncDirectory",
        "Layout/DeleteDirectory",
        // It receives, stores and shows.
        "Append/Write",
        "Append/Sync",
        "State/Show",
        "IdleMark/Write",
        "IdleMark/Sync",
        "SegmentPrepare/Create",
        "SegmentPrepare/Write",
        "SegmentPrepare/Sync",
        "Recovery/Delete",
        "SegmentRoll/Write",
        "SegmentRoll/Sync",
        "SegmentRoll/Rename",
        "SegmentRoll/SyncDirectory",
        // Its own snapshots and log.
        "SnapshotWrite/Create",
        "SnapshotWrite/Write",
        "SnapshotWrite/Sync",
        "SnapshotWrite/Rename",
        "SnapshotWrite/SyncDirectory",
        "SnapshotDelete/Delete",
        "SnapshotDelete/SyncDirectory",
        "Retention/Delete",
        "Retention/SyncDirectory",
        // A start, and what it takes over.
        "Resync/Write",
        "Resync/Sync",
        "Resync/SyncDirectory",
        "Identity/Write",
        "Identity/Sync",
        "Identity/Rename",
        "Identity/SyncDirectory",
        "Identity/Create",
        "Identity/Delete",
    ];
}
