using Replication.Core.IO;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>A node's random numbers, from the seed of the run.</summary>
internal sealed class SeededEntropy(Random random) : IEntropy
{
    public ulong NextNonZero() => (ulong)random.NextInt64(1, long.MaxValue);
}
