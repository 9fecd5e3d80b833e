using Google.Protobuf;
using Replication.Client;

namespace Replication.Cli.Scrubbing;

/// <summary>How a record differs from what the reference holds.</summary>
internal enum DifferenceKind
{
    /// <summary>It is not there.</summary>
    Missing,
    /// <summary>It should not be there.</summary>
    Extra,
    /// <summary>Its value, or the entry that wrote it, is another.</summary>
    Changed,
}

/// <summary>One record of one node.</summary>
/// <param name="Server">The node that differs.</param>
/// <param name="Collection">Its collection.</param>
/// <param name="Key">Empty for the collection itself.</param>
/// <param name="Kind">How it differs.</param>
/// <param name="Written">Index of the entry that wrote it there; null when it is missing.</param>
/// <param name="Expected">Index of the entry that should have; null when it should not be there.</param>
internal sealed record Difference(string Server, string Collection, ByteString Key, DifferenceKind Kind, ulong? Written, ulong? Expected);

/// <summary>What a scrub found.</summary>
/// <param name="Position">Of the digest at which all nodes were compared.</param>
/// <param name="Nodes">All that were named.</param>
/// <param name="Reference">With whose records the others were compared; null when none was sound, so that nobody knows which records are right.</param>
/// <param name="Differences">The first ones, in order.</param>
/// <param name="DifferenceCount">All of them.</param>
internal sealed record ScrubResult(LogPosition Position, IReadOnlyList<ScrubNode> Nodes, ScrubNode? Reference, IReadOnlyList<Difference> Differences, long DifferenceCount)
{
    internal bool IsSame => Nodes.All(static node => node.IsSound);
}
