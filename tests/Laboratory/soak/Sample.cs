using Replication.ProcessKit.Load;

namespace Replication.Laboratory.Soak;

/// <summary>One second.</summary>
/// <param name="At">Since the beginning.</param>
/// <param name="Commits">Transfers that were answered in it.</param>
/// <param name="Reads">Reads that were answered in it, on any node.</param>
/// <param name="Nodes">In the order of <see cref="SoakCluster.Nodes"/>.</param>
internal sealed record Sample(TimeSpan At, LatencySample Commits, LatencySample Reads, IReadOnlyList<NodeSample> Nodes);
