using System.Runtime.CompilerServices;
using Replication.Core.IO;
using Replication.Core.Records.Index;

namespace Replication.Core.Records.Memory;

/// <summary>
/// The memory that the states of one line share: records and index nodes in blocks outside the managed heap. One writer
/// makes version after version; a block that a version no longer needs is used again once nobody reads a state that does.
/// </summary>
/// <remarks>
/// A block lives from the version it was made in to the one that retires it. It is used again when (1) a version that does
/// not reach it was published and will not be taken back, (2) every thread that was reading then has finished
/// (<see cref="ReaderEpochs"/>), and (3) no view holds a version in between (<see cref="StatePins"/>). Until a version is
/// settled, what was made and retired for it is remembered, so that it can be undone.
/// For one writing thread at a time; <see cref="Settle"/>, views and figures are for everybody.
/// </remarks>
internal sealed class RecordMemory
{
    // Looking at all readers costs a fence on every processor: worth it for some blocks at once.
    private const int ReclaimFrom = 256;
    private const int ReclaimFromBytes = 1024 * 1024;

    // Of an index that is gone, so that no commit waits for the whole.
    private const int RetiredNodesAtOnce = 1024;

    private readonly PageHeap _heap = new() { Poisons = MappedMemory.PoisonsFreed };
    private readonly PageHeap _asides = new() { Poisons = MappedMemory.PoisonsFreed }; // apart, because what is in it is never moved
    private readonly StatePins _pins = new();
    private readonly Queue<MemoryStep> _unsettled = new();
    private readonly Queue<(long Epoch, List<RetiredBlock> Blocks)> _waiting = new();
    private readonly Stack<List<RetiredBlock>> _lists = new();
    private readonly Stack<MemoryStep> _steps = new();
    private readonly List<RetiredBlock> _free = [];
    private readonly List<Action> _forget = [];
    private readonly Stack<(IndexNode Node, long Died)> _indexes = new(); // gone, and still to be taken apart
    private List<RetiredBlock> _aside = [];
    private MemoryStep _step = new();
    private int _waitingBlocks;
    private long _waitingBytes;
    private long _settled;

    /// <summary>The version being made: blocks of it may be changed in place.</summary>
    public long Building { get; private set; } = 1;

    /// <summary>Bytes of memory that were written and not given back.</summary>
    public long UsedBytes => _heap.UsedBytes + _asides.UsedBytes;

    /// <summary>Bytes of the blocks in use, those that only views need included.</summary>
    public long LiveBytes => _heap.LiveBytes + _asides.LiveBytes;

    /// <summary>Blocks that are kept for views alone.</summary>
    public long HeldBlocks => _pins.HeldBlocks;

    /// <summary>A block, aligned to 8 bytes, of undefined content, that is part of the version being made.</summary>
    [MethodImpl(Jit.AtOnce)]
    public nint Allocate(int bytes)
    {
        var block = _heap.Allocate(bytes);
        _step.Made.Add(block);
        return block;
    }

    /// <summary>The version being made does not reach a block any more.</summary>
    public void Retire(nint block, BlockKind kind) => _step.Retired.Add(RetiredBlock.Of(block, kind, Building));

    /// <summary>The version being made does not reach a whole index any more, nor anything in it.</summary>
    public void RetireIndex(IndexNode root)
    {
        if (root.Exists) _step.RetiredIndexes.Add((root, Building));
    }

    /// <summary>A block that belongs to no version: nothing undoes it.</summary>
    public nint AllocateAside(int bytes) => _asides.Allocate(bytes);

    /// <summary>A block from <see cref="AllocateAside"/> is not reached any more by readers that begin from now on.</summary>
    public void RetireAside(nint block) => _aside.Add(RetiredBlock.Of(block, BlockKind.Aside, 0));

    /// <summary>Is told when something was undone, before its memory is used again.</summary>
    public void OnRollBack(Action forget) => _forget.Add(forget);

    /// <summary>Whether a block is in a page that is being emptied, so that it should be moved.</summary>
    public static bool IsLeaving(nint block) => PageHeap.IsLeaving(block);

    /// <summary>Begins to empty sparse pages when there is much unused memory; false when there are none.</summary>
    public bool TryEmptySparsePages() => _heap.IsSparse && _heap.EmptySparsePages() > 0;

    /// <summary>Ends the version being made and begins the next; uses memory again that nobody can read.</summary>
    /// <returns>The version that was ended.</returns>
    public long Freeze()
    {
        var version = Building++;
        _step.Version = version;
        _unsettled.Enqueue(_step);
        _step = _steps.TryPop(out var used) ? used : new MemoryStep();
        Reclaim();
        return version;
    }

    /// <summary>A version is published, and nothing up to it will be undone.</summary>
    public void Settle(long version)
    {
        _pins.Settle(version);
        if (version > Volatile.Read(ref _settled)) Volatile.Write(ref _settled, version);
    }

    /// <summary>Who writes: the last one that began to.</summary>
    public object? Writer { get; private set; }

    /// <summary>Undoes what was made behind a version, and begins a new one, for another writer.</summary>
    /// <exception cref="InvalidOperationException">A later version is settled.</exception>
    public void BeginWriting(object writer, long version)
    {
        RollBack(version);
        Writer = writer;
    }

    private void RollBack(long version)
    {
        if (version < Volatile.Read(ref _settled)) throw new InvalidOperationException($"Version {version} of the records was left behind for good; {Volatile.Read(ref _settled)} is settled.");
        if (_step.IsEmpty && _unsettled.All(step => step.Version <= version || step.IsEmpty)) return;
        foreach (var forget in _forget) forget();
        _forget.Clear();
        var undone = TakeList();
        // A reader may have met one of them in a hash index, and a view may hold a version that is undone.
        foreach (var step in _unsettled.Append(_step).Where(step => step.Version > version || step == _step))
        {
            foreach (var block in step.Made) undone.Add(RetiredBlock.Of(block, BlockKind.Separator, Building + 1));
            step.Clear();
        }
        Building++;
        Postpone(undone);
    }

    /// <summary>Keeps a state for a view; null when it may be gone already.</summary>
    public StatePin? TryPin(long version, long index) => _pins.TryPin(version, index);

    /// <summary>Ends what <see cref="TryPin"/> began.</summary>
    public void Unpin(StatePin pin) => _pins.Unpin(pin);

    private void Reclaim()
    {
        var settled = Volatile.Read(ref _settled);
        if (_unsettled.TryPeek(out var first) && first.Version <= settled)
        {
            var retired = TakeList();
            while (_unsettled.TryPeek(out var step) && step.Version <= settled)
            {
                _unsettled.Dequeue();
                retired.AddRange(step.Retired);
                foreach (var (root, died) in step.RetiredIndexes) _indexes.Push((root, died));
                step.Clear();
                _steps.Push(step);
            }
            Postpone(retired);
        }
        if (_indexes.Count > 0) Postpone(TakeFromIndexes());
        if (_aside.Count > 0)
        {
            Postpone(_aside);
            _aside = TakeList();
        }
        if (_pins.HasLetGo) Postpone(_pins.TakeLetGo(TakeList()));
        if (_waitingBlocks >= ReclaimFrom || _waitingBytes >= ReclaimFromBytes) FreeWaiting();
    }

    private void FreeWaiting()
    {
        // Taken first: a view that is closed behind the look at the readers may have one that the look did not see.
        var begun = ReaderEpochs.Current;
        var oldest = ReaderEpochs.OldestActive();
        _pins.Forget(Math.Min(begun, oldest));
        while (_waiting.TryPeek(out var next) && next.Epoch <= oldest)
        {
            _waiting.Dequeue();
            _waitingBlocks -= next.Blocks.Count;
            foreach (var block in next.Blocks) _waitingBytes -= PageHeap.BytesOf(block.Address);
            _pins.Sift(next.Blocks, _free);
            foreach (var block in _free) (block.Kind == BlockKind.Aside ? _asides : _heap).Free(block.Address);
            _free.Clear();
            next.Blocks.Clear();
            _lists.Push(next.Blocks);
        }
    }

    // Nobody undoes what is settled, so that an index that is gone can be taken apart in steps, whichever version is being made.
    private List<RetiredBlock> TakeFromIndexes()
    {
        var blocks = TakeList();
        for (var nodes = 0; nodes < RetiredNodesAtOnce && _indexes.TryPop(out var next); nodes++)
        {
            var (node, died) = next;
            foreach (var item in node.Items[..node.Count]) blocks.Add(RetiredBlock.Of(item, node.IsLeaf ? BlockKind.Record : BlockKind.Separator, died));
            for (var child = 0; !node.IsLeaf && child <= node.Count; child++) _indexes.Push((new IndexNode(node.Children[child]), died));
            blocks.Add(RetiredBlock.Of(node.Address, BlockKind.Node, died));
        }
        return blocks;
    }

    private void Postpone(List<RetiredBlock> blocks)
    {
        _waiting.Enqueue((ReaderEpochs.Advance(), blocks));
        _waitingBlocks += blocks.Count;
        foreach (var block in blocks) _waitingBytes += PageHeap.BytesOf(block.Address);
    }

    private List<RetiredBlock> TakeList() => _lists.TryPop(out var list) ? list : [];

    /// <summary>What was made and retired for one version.</summary>
    private sealed class MemoryStep
    {
        public long Version { get; set; }

        public List<nint> Made { get; } = [];

        public List<RetiredBlock> Retired { get; } = [];

        public List<(IndexNode Root, long Died)> RetiredIndexes { get; } = [];

        public bool IsEmpty => Made.Count == 0 && Retired.Count == 0 && RetiredIndexes.Count == 0;

        public void Clear()
        {
            Made.Clear();
            Retired.Clear();
            RetiredIndexes.Clear();
        }
    }
}
