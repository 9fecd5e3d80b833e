namespace Replication.Core.IO;

/// <summary>
/// What a file operation is for. Every operation of <see cref="IFileSystem"/> carries one, so that a test can fail,
/// cut or count exactly one step.
/// </summary>
public enum FileLabel
{
    /// <summary>The lock file of a data directory.</summary>
    Lock,
    /// <summary>The identity file: node id, start counter, promise.</summary>
    Identity,
    /// <summary>Making the data directory and its folders.</summary>
    Layout,
    /// <summary>Reading segments at start.</summary>
    Recovery,
    /// <summary>Filling a segment with zeros ahead of need.</summary>
    SegmentPrepare,
    /// <summary>Giving a prepared segment its header and name.</summary>
    SegmentRoll,
    /// <summary>Writing and syncing a batch of frames.</summary>
    Append,
    /// <summary>Writing and syncing a mark when the log goes idle.</summary>
    IdleMark,
    /// <summary>Saving and cutting a torn tail.</summary>
    TornTail,
    /// <summary>Writing again what may be only in the page cache after a restart.</summary>
    Resync,
    /// <summary>Removing old segments.</summary>
    Retention,
    /// <summary>Reading frames for followers, for replay and for tools.</summary>
    LogRead,
    /// <summary>Writing a snapshot.</summary>
    SnapshotWrite,
    /// <summary>Reading a snapshot.</summary>
    SnapshotRead,
    /// <summary>Removing snapshots that are no longer kept.</summary>
    SnapshotDelete,
    /// <summary>The register of followers.</summary>
    Register,
    /// <summary>Storing fetched chunks and installing them.</summary>
    Bootstrap,
}
