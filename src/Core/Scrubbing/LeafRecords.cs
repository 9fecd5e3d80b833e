using System.Collections;
using Replication.Core.Records;

namespace Replication.Core.Scrubbing;

/// <summary>A record, or a collection itself, in one of the leaves that were asked for.</summary>
/// <param name="Collection">Its name.</param>
/// <param name="Key">Empty for the collection itself.</param>
/// <param name="Index">Of the entry that wrote it; 0 for a collection.</param>
/// <param name="Hash">What it adds to the digest, computed anew.</param>
public readonly record struct LeafRecord(string Collection, ReadOnlyMemory<byte> Key, long Index, StateDigest Hash);

/// <summary>Finds what stands in some leaves of a state: one pass over all names.</summary>
/// <param name="view">Of the state; open until the end.</param>
/// <param name="leaves">One bit a leaf.</param>
public sealed class LeafRecords(ReadView view, BitArray leaves)
{
    /// <summary>Records between two looks whether the pass is still wanted.</summary>
    private const int Stride = 4096;

    /// <summary>In the order of collections and keys.</summary>
    /// <param name="cancellation">Ends the pass.</param>
    public IEnumerable<LeafRecord> All(CancellationToken cancellation)
    {
        var seen = 0L;
        foreach (var collection in view.State.Collections.Values)
        {
            if (leaves[NameRange.LeafOf(collection.NameBytes, [])])
                yield return new LeafRecord(collection.Name, ReadOnlyMemory<byte>.Empty, 0, StateDigest.Empty.WithCollection(collection));
            for (var cursor = collection.Records.From([]); cursor.MoveNext();)
            {
                if (++seen % Stride == 0) cancellation.ThrowIfCancellationRequested();
                if (leaves[NameRange.LeafOf(collection.NameBytes, cursor.Current.Key)])
                    yield return new LeafRecord(collection.Name, cursor.Current.Key.ToArray(), cursor.Current.Index, StateDigest.Empty.With(collection.NameBytes, cursor.Current));
            }
        }
    }
}
