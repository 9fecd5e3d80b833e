using Replication.Core.Records;

namespace Replication.Core.Indexes;

/// <summary>
/// The records of one state whose values are within bounds, in the order of the values and then of the keys. A record with
/// several of them comes once, at the lowest. To be used as long as the view is open.
/// </summary>
public sealed class IndexQuery
{
    private readonly SecondaryIndex _index;
    private readonly OrderedIndex _records;
    private readonly IndexBounds _bounds;
    private readonly IndexedValues _values = new();
    private IndexEntryCursor _cursor;
    private nint _current;

    /// <summary>Begins a query.</summary>
    /// <param name="view">Of the state.</param>
    /// <param name="collection">Of this state.</param>
    /// <param name="index">Of this collection; <see cref="IndexPhase.Ready"/>.</param>
    /// <param name="bounds">Which values.</param>
    /// <param name="continuation">From <see cref="Continuation"/>: goes on behind it; empty at the beginning.</param>
    public IndexQuery(ReadView view, Collection collection, SecondaryIndex index, IndexBounds bounds, ReadOnlySpan<byte> continuation = default)
    {
        (_index, _records, _bounds) = (index, view.Records(collection.Name)!.Value, bounds);
        var goesOn = continuation.SequenceCompareTo(bounds.Start) >= 0 && !continuation.IsEmpty;
        _cursor = index.Entries.From(goesOn ? [.. continuation, 0] : bounds.Start);
    }

    /// <summary>The record that the last move came to.</summary>
    public Record Current => new(_current);

    /// <summary>Names the place behind <see cref="Current"/>: at most 4 KiB.</summary>
    public byte[] Continuation => _cursor.Current.ToArray();

    /// <summary>Moves to the next record; false at the end.</summary>
    public bool MoveNext()
    {
        while (_cursor.MoveNext() && _cursor.Current.SequenceCompareTo(_bounds.End) < 0)
        {
            var record = _records.Find(_cursor.Key);
            if (!record.Exists || !IsLowest(record)) continue;
            _current = record.Address;
            return true;
        }
        return false;
    }

    private bool IsLowest(Record record)
    {
        _values.Read(_index.Definition.Path, record.Value);
        for (var i = 0; i < _values.Count; i++)
            if (_values[i].SequenceCompareTo(_bounds.Start) >= 0)
                return _values[i].SequenceEqual(_cursor.Value);
        return false;
    }
}
