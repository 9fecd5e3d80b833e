namespace Replication.Simulation.Tests.Nodes;

/// <summary>How a transfer of chunks ended.</summary>
internal enum TransferEnd
{
    /// <summary>Nothing is missing any more.</summary>
    Whole,
    /// <summary>The connection broke, or what came was wrong.</summary>
    Broken,
    /// <summary>The snapshot is no longer there.</summary>
    Gone,
}
