using Replication.Core.Records;

namespace Replication.Core.Scrubbing;

/// <summary>
/// In which of 65,536 parts, the leaves, a record belongs: the upper 16 bits of the hash of its collection and key. A
/// range is 256 leaves that stand together. A collection itself belongs where a record with an empty key would. Part of the
/// protocol: docs/PROTOCOL.md, "Scrub".
/// </summary>
public static class NameRange
{
    /// <summary>Ranges.</summary>
    public const int Ranges = 256;

    /// <summary>Leaves of a range.</summary>
    public const int LeavesOfRange = 256;

    /// <summary>Leaves in all.</summary>
    public const int Leaves = Ranges * LeavesOfRange;

    private const int LeafBits = 16;

    /// <summary>The leaf of a name.</summary>
    /// <param name="collection">The collection's name in ASCII.</param>
    /// <param name="key">The record's key; empty for the collection itself.</param>
    public static int LeafOf(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key) => (int)(StateDigest.HashOfName(collection, key) >> (128 - LeafBits));
}
