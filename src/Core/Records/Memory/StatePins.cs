namespace Replication.Core.Records.Memory;

/// <summary>A state whose blocks are kept, because somebody holds a view of it.</summary>
/// <param name="version">Of the state.</param>
/// <param name="index">Of its last entry.</param>
internal sealed class StatePin(long version, long index)
{
    /// <summary>Of the state.</summary>
    public long Version => version;

    /// <summary>Of its last entry.</summary>
    public long Index => index;

    /// <summary>Views that hold it.</summary>
    public int Holders { get; set; }

    /// <summary>While nobody holds it: whoever reads in this epoch or a later one does not read through it.</summary>
    public long Closed { get; set; }

    /// <summary>Blocks that no newer state reaches and that this is the oldest pin to need.</summary>
    public List<RetiredBlock> Held { get; } = [];
}

/// <summary>The states that views hold, and the blocks that are kept for them alone. Thread-safe.</summary>
/// <remarks>
/// A pin that nobody holds any more still counts until everybody has finished who may be reading through it: a block that was
/// retired before they began, and waits, would otherwise be freed under them.
/// </remarks>
internal sealed class StatePins
{
    private readonly Lock _gate = new();
    private readonly List<StatePin> _pins = []; // their versions ascend
    private List<RetiredBlock> _letGo = [];
    private bool _hasLetGo;
    private long _oldest; // states before it may be gone

    /// <summary>Blocks that are kept for views alone.</summary>
    public long HeldBlocks
    {
        get
        {
            lock (_gate) return _pins.Sum(static pin => pin.Holders > 0 ? (long)pin.Held.Count : 0);
        }
    }

    /// <summary>Whether pins have let blocks go.</summary>
    public bool HasLetGo => Volatile.Read(ref _hasLetGo);

    /// <summary>Keeps a state; null when it may be gone already.</summary>
    public StatePin? TryPin(long version, long index)
    {
        lock (_gate)
        {
            var at = _pins.FindLastIndex(pin => pin.Version <= version);
            if (at < 0 || _pins[at].Version != version)
            {
                if (version < _oldest) return null;
                _pins.Insert(++at, new StatePin(version, index));
            }
            _pins[at].Holders++;
            return _pins[at];
        }
    }

    /// <summary>Ends what <see cref="TryPin"/> began.</summary>
    public void Unpin(StatePin pin)
    {
        lock (_gate)
        {
            if (--pin.Holders > 0) return;
            pin.Closed = ReaderEpochs.Advance();
            LetGo(pin);
        }
    }

    /// <summary>Forgets pins that nobody holds and nobody reads through.</summary>
    /// <param name="epoch">Everybody who reads began in it or later.</param>
    public void Forget(long epoch)
    {
        lock (_gate)
        {
            foreach (var pin in _pins)
                if (pin.Holders == 0 && pin.Closed <= epoch)
                    LetGo(pin);
            _pins.RemoveAll(pin => pin.Holders == 0 && pin.Closed <= epoch);
        }
    }

    /// <summary>States before a version are not pinned anew from now on.</summary>
    public void Settle(long version)
    {
        lock (_gate) _oldest = Math.Max(_oldest, version);
    }

    /// <summary>Keeps those of some retired blocks that a pin needs, and adds the others to a list.</summary>
    /// <param name="retired">Unreachable but for pins.</param>
    /// <param name="free">Is added to.</param>
    public void Sift(List<RetiredBlock> retired, List<RetiredBlock> free)
    {
        lock (_gate)
            foreach (var block in retired)
                Sift(block, free);
    }

    /// <summary>Takes the blocks that pins have let go: others may need them, and who used the pin may still be reading.</summary>
    /// <param name="empty">Is used for what is let go next.</param>
    public List<RetiredBlock> TakeLetGo(List<RetiredBlock> empty)
    {
        lock (_gate)
        {
            (_letGo, empty) = (empty, _letGo);
            _hasLetGo = false;
        }
        return empty;
    }

    private void LetGo(StatePin pin)
    {
        _letGo.AddRange(pin.Held);
        pin.Held.Clear();
        _hasLetGo = _letGo.Count > 0;
    }

    private void Sift(RetiredBlock block, List<RetiredBlock> free)
    {
        foreach (var pin in _pins)
        {
            if (!block.IsReachedBy(pin.Version, pin.Index)) continue;
            pin.Held.Add(block);
            return;
        }
        free.Add(block);
    }
}
