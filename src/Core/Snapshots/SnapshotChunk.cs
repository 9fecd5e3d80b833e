using System.Collections.Immutable;

namespace Replication.Core.Snapshots;

/// <summary>Where one chunk of a snapshot stands, and how it is recognised.</summary>
/// <param name="Offset">Byte offset in the data file.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Of these bytes; 32 bytes.</param>
/// <param name="Records">Records in it.</param>
public sealed record SnapshotChunk(long Offset, int Length, ImmutableArray<byte> Sha256, int Records)
{
    /// <summary>No chunk is longer: the hard bound for a decoder.</summary>
    public const int MaxLength = 128 * 1024 * 1024;
}
