using Replication.Core.Records;

namespace Replication.Core.Scrubbing;

/// <summary>
/// The digest of each leaf of a state, computed anew from every byte of every record in one pass; the remembered requests
/// are in the leaf of an empty name. The sum of all is the state's digest, unless something in memory is not what it was when it was written.
/// </summary>
public sealed class RangeDigests
{
    /// <summary>Records between two looks whether the computing is still wanted.</summary>
    private const int Stride = 4096;

    private readonly StateDigest[] _leaves = new StateDigest[NameRange.Leaves];

    private RangeDigests()
    {
    }

    /// <summary>Computes them: about two hashes a record, 1 MiB of memory.</summary>
    /// <param name="view">Of the state; open until the end.</param>
    /// <param name="cancellation">Ends the computing.</param>
    public static RangeDigests Of(ReadView view, CancellationToken cancellation)
    {
        var digests = new RangeDigests();
        var seen = 0L;
        ref var requests = ref digests._leaves[NameRange.LeafOf([], [])];
        requests = view.State.Requests.AddTo(requests);
        foreach (var collection in view.State.Collections.Values)
        {
            ref var own = ref digests._leaves[NameRange.LeafOf(collection.NameBytes, [])];
            own = own.WithCollection(collection);
            for (var cursor = collection.Records.From([]); cursor.MoveNext();)
            {
                ref var leaf = ref digests._leaves[NameRange.LeafOf(collection.NameBytes, cursor.Current.Key)];
                leaf = leaf.With(collection.NameBytes, cursor.Current);
                if (++seen % Stride == 0) cancellation.ThrowIfCancellationRequested();
            }
        }
        return digests;
    }

    /// <summary>The digest of one leaf.</summary>
    public StateDigest Leaf(int leaf) => _leaves[leaf];

    /// <summary>The digest of one range: the sum of its leaves.</summary>
    public StateDigest Range(int range) => SumOf(_leaves.AsSpan(range * NameRange.LeavesOfRange, NameRange.LeavesOfRange));

    /// <summary>The digest of everything.</summary>
    public StateDigest Total => SumOf(_leaves);

    private static StateDigest SumOf(ReadOnlySpan<StateDigest> leaves)
    {
        var sum = UInt128.Zero;
        foreach (var leaf in leaves) sum = unchecked(sum + leaf.Sum);
        return new StateDigest(sum);
    }
}
