using System.Collections.Immutable;

namespace Replication.Core.Positions;

/// <summary>
/// Every reign of a history, oldest first. It is carried by the log and by snapshots and is never shortened except when
/// a log is cut back to a fork. Immutable.
/// </summary>
public sealed class EpochTable
{
    private readonly ImmutableArray<EpochRow> _rows;

    private EpochTable(ImmutableArray<EpochRow> rows) => _rows = rows;

    /// <summary>A history without entries.</summary>
    public static EpochTable Empty { get; } = new([]);

    /// <summary>The rows; epochs and first indexes ascend.</summary>
    public ImmutableArray<EpochRow> Rows => _rows;

    /// <summary>The newest row; the default row when the table is empty.</summary>
    public EpochRow Last => _rows.IsEmpty ? default : _rows[^1];

    /// <summary>A table of the given rows.</summary>
    /// <exception cref="ArgumentException">The rows do not ascend, or a reign id is zero.</exception>
    public static EpochTable FromRows(IEnumerable<EpochRow> rows)
    {
        // Rows come from the network, too: adding them one by one would take the square of their number.
        var table = ImmutableArray.CreateBuilder<EpochRow>();
        foreach (var row in rows)
        {
            ThrowUnlessBehind(table.Count == 0 ? default : table[^1], row);
            table.Add(row);
        }
        return new EpochTable(table.ToImmutable());
    }

    /// <summary>This table with one more reign at its end.</summary>
    /// <exception cref="ArgumentException">The row does not ascend, or its reign id is zero.</exception>
    public EpochTable With(EpochRow row)
    {
        ThrowUnlessBehind(Last, row);
        return new EpochTable(_rows.Add(row));
    }

    /// <summary>The table of the history up to and including an index.</summary>
    public EpochTable UpTo(long index) => new([.. _rows.Where(row => row.FirstIndex <= index)]);

    /// <summary>The reign in which an entry was written; <see cref="Epoch.None"/> before the first one.</summary>
    public Epoch EpochAt(long index)
    {
        for (var i = _rows.Length - 1; i >= 0; i--)
            if (_rows[i].FirstIndex <= index)
                return _rows[i].Epoch;
        return Epoch.None;
    }

    /// <summary>The position of an index in this history.</summary>
    public LogPosition PositionOf(long index) => new(EpochAt(index), index);

    /// <summary>Whether another history went through all of these reigns, and perhaps others behind them.</summary>
    public bool IsPrefixOf(EpochTable other) => _rows.Length <= other._rows.Length && _rows.AsSpan().SequenceEqual(other._rows.AsSpan()[.._rows.Length]);

    /// <summary>
    /// The last index that two histories can share: the smaller end of the last row that is equal in both. Each
    /// history ends at its given last index.
    /// </summary>
    public LogPosition ForkFrom(EpochTable other, long last, long otherLast)
    {
        var common = 0;
        while (common < _rows.Length && common < other._rows.Length && _rows[common] == other._rows[common]) common++;
        if (common == 0) return LogPosition.Start;
        var end = Math.Min(EndOf(common - 1, last), other.EndOf(common - 1, otherLast));
        return new LogPosition(_rows[common - 1].Epoch, end);
    }

    private long EndOf(int row, long last) => row + 1 < _rows.Length ? _rows[row + 1].FirstIndex - 1 : last;

    private static void ThrowUnlessBehind(EpochRow last, EpochRow row)
    {
        if (row.Epoch <= last.Epoch || row.FirstIndex <= last.FirstIndex || row.ReignId == 0)
            throw new ArgumentException($"Epoch {row.Epoch} at index {row.FirstIndex} cannot follow epoch {last.Epoch} at index {last.FirstIndex}.", nameof(row));
    }
}
