using Replication.Core.Records;

namespace Replication.Core.Scrubbing;

/// <summary>
/// The states behind the next digest entries, kept for a scrub from the moment on when it began: whichever of them it then
/// asks for, each node has it exactly, although writes go on. A state that is kept is a reference; what is written
/// meanwhile costs the memory of what it replaces. Thread-safe.
/// </summary>
public sealed class KeptStates
{
    /// <summary>Kept at once, of which a scrub uses one: digests that others log while it begins.</summary>
    public const int Capacity = 8;

    private readonly Lock _gate = new();
    private readonly List<DatabaseState> _kept = new(Capacity);
    private long _from;
    private volatile bool _isKeeping;

    /// <summary>Whether the next digest entry's state is to be kept.</summary>
    public bool IsKeeping => _isKeeping;

    /// <summary>Begins to keep, and drops what was kept.</summary>
    /// <param name="from">States before this index are not wanted.</param>
    /// <param name="shown">Kept with the others: it may be behind the wanted digest already.</param>
    public void Keep(long from, DatabaseState shown)
    {
        lock (_gate)
        {
            _kept.Clear();
            _from = from;
            if (shown.Index >= from) _kept.Add(shown);
            _isKeeping = true;
        }
    }

    /// <summary>A digest entry was applied, and agreed.</summary>
    public void Offer(DatabaseState state)
    {
        lock (_gate)
        {
            if (!_isKeeping || state.Index < _from) return;
            _kept.RemoveAll(other => other.Index == state.Index);
            if (_kept.Count < Capacity) _kept.Add(state);
        }
    }

    /// <summary>What was decided behind an index is given up: its states will be others.</summary>
    public void CutBehind(long index)
    {
        lock (_gate) _kept.RemoveAll(state => state.Index > index);
    }

    /// <summary>The state at an index, null when it was not kept. The others are dropped, and no more are kept.</summary>
    public DatabaseState? Find(long index)
    {
        lock (_gate)
        {
            if (_kept.Find(state => state.Index == index) is not { } found) return null;
            _kept.RemoveAll(state => state != found);
            _isKeeping = false;
            return found;
        }
    }

    /// <summary>Keeps nothing any more.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            _kept.Clear();
            _isKeeping = false;
        }
    }
}
