using Replication.Server.Demo.Nodes;

namespace Replication.Server.Demo.Display;

/// <summary>The demo at one moment.</summary>
/// <param name="Elapsed">Since the import began.</param>
/// <param name="Nodes">The primary first.</param>
/// <param name="Fraction">How much of the documents has been read, 0 to 1.</param>
/// <param name="Imported">Documents that are committed.</param>
/// <param name="Changes">Live changes that are committed.</param>
/// <param name="Event">What just happened to a node; null for nothing.</param>
internal sealed record DemoPicture(TimeSpan Elapsed, IReadOnlyList<NodeReading> Nodes, double Fraction, long Imported, long Changes, string? Event)
{
    /// <summary>Whether all documents are there.</summary>
    public bool IsImported => Fraction >= 1;
}
