using Replication.Core.Records;

namespace Replication.Core.Scrubbing;

/// <summary>
/// The states behind the next digest entries, kept for a scrub from the moment on when it began: whichever of them it then
/// asks for, each node has it exactly, although writes go on. What is written
/// meanwhile costs the memory of what it replaces. Thread-safe.
/// </summary>
public sealed class KeptStates
{
    /// <summary>Kept at once, of which a scrub uses one: digests that others log while it begins.</summary>
    public const int Capacity = 8;

    private readonly Lock _gate = new();
    private readonly List<ReadView> _kept = new(Capacity);
    private long _from;
    private volatile bool _isKeeping;

    /// <summary>Whether the next digest entry's state is to be kept.</summary>
    public bool IsKeeping => _isKeeping;

    /// <summary>Begins to keep, and drops what was kept.</summary>
    /// <param name="from">States before this index are not wanted.</param>
    /// <param name="shown">Kept with the others: it may be behind the wanted digest already. Disposed of by this.</param>
    public void Keep(long from, ReadView shown)
    {
        lock (_gate)
        {
            Remove(_ => true);
            _from = from;
            _kept.Add(shown);
            Remove(view => view.State.Index < from);
            _isKeeping = true;
        }
    }

    /// <summary>A digest entry was applied, and agreed.</summary>
    /// <param name="state">Just made, not published yet.</param>
    public void Offer(DatabaseState state)
    {
        lock (_gate)
        {
            if (!_isKeeping || state.Index < _from) return;
            Remove(other => other.State.Index == state.Index);
            if (_kept.Count < Capacity) _kept.Add(ReadView.Open(state));
        }
    }

    /// <summary>What was decided behind an index is given up: its states will be others.</summary>
    public void CutBehind(long index)
    {
        lock (_gate) Remove(view => view.State.Index > index);
    }

    /// <summary>The state at an index, null when it was not kept. The others are dropped, and no more are kept.</summary>
    /// <returns>Disposed of by the caller.</returns>
    public ReadView? Find(long index)
    {
        lock (_gate)
        {
            if (_kept.Find(view => view.State.Index == index) is not { } found) return null;
            var shared = found.Share();
            Remove(view => view != found);
            _isKeeping = false;
            return shared;
        }
    }

    /// <summary>Keeps nothing any more.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            Remove(_ => true);
            _isKeeping = false;
        }
    }

    private void Remove(Predicate<ReadView> predicate)
    {
        foreach (var view in _kept.FindAll(predicate)) view.Dispose();
        _kept.RemoveAll(predicate);
    }
}
