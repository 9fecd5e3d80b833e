namespace Replication.Client.Commits;

/// <summary>The last position that any answer told this client of. Thread-safe.</summary>
internal sealed class KnownPosition
{
    private readonly Lock _gate = new();
    private LogPosition _position;

    /// <summary>Null before the first answer.</summary>
    internal LogPosition? Value
    {
        get
        {
            lock (_gate) return _position == default ? null : _position;
        }
    }

    /// <summary>An answer named a position.</summary>
    internal void Learn(LogPosition position)
    {
        lock (_gate)
        {
            if (position.Epoch > _position.Epoch || (position.Epoch == _position.Epoch && position.Index > _position.Index)) _position = position;
        }
    }

    /// <summary>What was known is not of the node's history, or too old: this is.</summary>
    internal void Replace(LogPosition position)
    {
        lock (_gate) _position = position;
    }
}
