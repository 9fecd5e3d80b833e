namespace Replication.Core.Indexes;

/// <summary>Where an index is in its life. The numbers are those of snapshot.proto. It is the same on every node at the same position.</summary>
public enum IndexPhase
{
    /// <summary>It holds the records up to a key; the primary logs each step. It is not queried yet.</summary>
    Building = 0,
    /// <summary>It holds every record.</summary>
    Ready = 1,
    /// <summary>It could not be built and holds nothing. It waits to be dropped.</summary>
    Failed = 2,
}

/// <summary>Which phase may follow which.</summary>
public static class IndexPhases
{
    /// <summary>Whether an index may move from one phase to another.</summary>
    public static bool CanMoveTo(this IndexPhase from, IndexPhase to) => (from, to) switch
    {
        (IndexPhase.Building, IndexPhase.Building or IndexPhase.Ready or IndexPhase.Failed) => true,
        _ => false,
    };
}
