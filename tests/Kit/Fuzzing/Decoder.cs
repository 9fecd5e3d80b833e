namespace Replication.Kit.Fuzzing;

/// <summary>Something that makes sense of bytes from a disk or a network.</summary>
/// <param name="Samples">Bytes that it accepts.</param>
/// <param name="Decode">Reads bytes. Returns what it read in the form that is written, or null where nothing writes it.</param>
/// <param name="Refuses">Whether an exception is one that it says it throws.</param>
public sealed record Decoder(IReadOnlyList<byte[]> Samples, Func<byte[], byte[]?> Decode, Func<Exception, bool> Refuses)
{
    /// <summary>Makes the checksum of wrong bytes right, so that what stands behind it is read; half of the wrong bytes go through it.</summary>
    public Func<byte[], byte[]> Reseal { get; init; } = static bytes => bytes;

    /// <summary>Bytes that may be allocated for each byte that is read.</summary>
    public int AllocationFactor { get; init; } = 100;
}
