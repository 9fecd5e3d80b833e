using Replication.Core.Records;

namespace Replication.Core.Indexes;

/// <summary>Walks the entries of an index in order.</summary>
internal struct IndexEntryCursor
{
    private OrderedIndexCursor _cursor;

    internal IndexEntryCursor(OrderedIndexCursor cursor) => _cursor = cursor;

    /// <summary>The entry that the last move came to.</summary>
    public readonly ReadOnlySpan<byte> Current => _cursor.Current.Key;

    /// <summary>The key of the record in it.</summary>
    public readonly ReadOnlySpan<byte> Key => Current[IndexKey.LengthIn(Current)..];

    /// <summary>The value in it.</summary>
    internal readonly ReadOnlySpan<byte> Value => Current[..IndexKey.LengthIn(Current)];

    /// <summary>Moves to the next entry; false at the end.</summary>
    public bool MoveNext() => _cursor.MoveNext();
}
