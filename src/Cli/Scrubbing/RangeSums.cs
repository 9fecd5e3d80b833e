using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Replication.Core.Records;

namespace Replication.Cli.Scrubbing;

/// <summary>Digests of ranges as they are on the wire: 16 bytes each, little-endian.</summary>
internal static class RangeSums
{
    /// <summary>The sum of all.</summary>
    internal static UInt128 Total(ReadOnlySpan<byte> digests)
    {
        var sum = UInt128.Zero;
        for (; digests.Length >= StateDigest.Size; digests = digests[StateDigest.Size..]) sum = unchecked(sum + BinaryPrimitives.ReadUInt128LittleEndian(digests));
        return sum;
    }

    /// <summary>The numbers of those that differ; all when one side is shorter.</summary>
    internal static IEnumerable<int> Different(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right, int count) =>
        Enumerable.Range(0, count).Where(number => !At(left, number).SequenceEqual(At(right, number)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> At(ReadOnlyMemory<byte> digests, int number) =>
        digests.Length >= (number + 1) * StateDigest.Size ? digests.Span.Slice(number * StateDigest.Size, StateDigest.Size) : [];
}
