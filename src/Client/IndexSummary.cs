namespace Replication.Client;

/// <summary>Where a secondary index is in its life. The numbers are those of store.proto.</summary>
public enum IndexPhase
{
    /// <summary>It is being built and not queried yet.</summary>
    Building = 0,
    /// <summary>It holds every record.</summary>
    Ready = 1,
    /// <summary>It could not be built; <see cref="IndexSummary.Failure"/> says why.</summary>
    Failed = 2,
}

/// <summary>A secondary index as a node lists it.</summary>
/// <param name="Collection">Of which collection.</param>
/// <param name="Name">Its name.</param>
/// <param name="Path">Which values of a document.</param>
/// <param name="IsUnique">Whether a value may stand in one record only.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="Entries">Entries in it: one for each value of each record.</param>
/// <param name="Covered">While it is being built: records that it has come by, about.</param>
/// <param name="Records">Records of the collection.</param>
/// <param name="Failure">Why it could not be built; empty unless it failed.</param>
public sealed record IndexSummary(
    string Collection, string Name, string Path, bool IsUnique, IndexPhase Phase, ulong Entries, ulong Covered, ulong Records, string Failure);
