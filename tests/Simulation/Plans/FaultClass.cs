namespace Replication.Simulation.Tests.Plans;

/// <summary>What can go wrong. Each run has some of these classes switched off as a whole.</summary>
internal enum FaultClass
{
    /// <summary>A process dies between two events; the operating system keeps what it wrote.</summary>
    Kill,
    /// <summary>A process dies before one of its next file operations.</summary>
    KillInOperation,
    /// <summary>A machine loses power between two events; un-synced sectors and names meet a fate each.</summary>
    PowerLoss,
    /// <summary>A machine loses power before one of its next file operations.</summary>
    PowerLossInOperation,
    /// <summary>A process stands still for a while, then goes on as if nothing had happened.</summary>
    Pause,
    /// <summary>A replica's machine comes back with an empty disk.</summary>
    DiskLost,
    /// <summary>Nothing passes between two nodes for a while.</summary>
    LinkStall,
    /// <summary>Nothing passes from one node to another for a while; the way back is open.</summary>
    OneWayStall,
    /// <summary>Every connection between two nodes breaks, also inside a message.</summary>
    LinkBreak,
    /// <summary>Messages from one node to another take long.</summary>
    LinkSlow,
    /// <summary>A bit of what is sent changes.</summary>
    BytesChanged,
    /// <summary>A replica's old Hello comes again over a second connection.</summary>
    DuplicateSession,
    /// <summary>A file operation fails.</summary>
    DiskError,
    /// <summary>A sync fails.</summary>
    SyncError,
    /// <summary>A disk is full for a while.</summary>
    DiskFull,
    /// <summary>A disk is slow for a while.</summary>
    DiskSlow,
    /// <summary>A bit of a log or a snapshot rots.</summary>
    BitRot,
    /// <summary>A write to a replica's log lands elsewhere in the file.</summary>
    MisdirectedWrite,
    /// <summary>A bit of a record changes in a replica's memory.</summary>
    MemoryChanged,
}
