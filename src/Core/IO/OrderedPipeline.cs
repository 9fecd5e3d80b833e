using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Replication.Core.IO;

/// <summary>
/// Three steps for each item of a sequence: filled by the caller, worked on by threads of its own, drained by the caller in
/// the order of filling. Bounded: there are as many items under way as slots.
/// </summary>
/// <typeparam name="TItem">Filled again after it was drained.</typeparam>
internal sealed class OrderedPipeline<TItem> : IDisposable
    where TItem : class, new()
{
    private const int SlotsPerThread = 2;

    // The caller does its part alone and does not keep more of them busy; and each has slots, which take memory.
    private const int MaxThreads = 8;

    private readonly ConcurrentQueue<Slot> _waiting = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Thread[] _threads;
    private readonly Queue<Slot> _free;
    private readonly Action<TItem> _step;

    /// <summary>Starts the threads.</summary>
    /// <param name="parallel">Whether to have any, as many as there are processors, at most 8; otherwise the caller does all of it.</param>
    /// <param name="step">What they do with an item; several at the same time, each with another item.</param>
    /// <param name="leave">Processors that are left to others; with none over, the caller does all of it.</param>
    public OrderedPipeline(bool parallel, Action<TItem> step, int leave = 0)
    {
        var threads = parallel ? Math.Clamp(Environment.ProcessorCount - leave, 0, MaxThreads) : 0;
        _step = step;
        _free = new Queue<Slot>(Enumerable.Range(0, Math.Max(1, threads * SlotsPerThread)).Select(_ => new Slot()));
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Run) { IsBackground = true, Name = "ordered-pipeline" })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>Runs a sequence through.</summary>
    /// <param name="fill">Fills an item; false at the end of the sequence.</param>
    /// <param name="drain">Takes an item, in the order of filling.</param>
    /// <param name="cancellation">Ends it between two items.</param>
    /// <exception cref="Exception">What a step threw, at the place of its item.</exception>
    public void Run(Func<TItem, bool> fill, Action<TItem> drain, CancellationToken cancellation)
    {
        var busy = new Queue<Slot>();
        for (var ended = false; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            while (!ended && _free.TryDequeue(out var slot))
            {
                if (fill(slot.Item)) Begin(slot, busy);
                else ended = true;
            }
            if (!busy.TryDequeue(out var first)) return;
            first.Done.Wait(CancellationToken.None);
            first.Failure?.Throw();
            drain(first.Item);
            _free.Enqueue(first);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A thread that is woken and finds nothing ends.
        _waiting.Clear();
        if (_threads.Length > 0) _work.Release(_threads.Length);
        foreach (var thread in _threads) thread.Join();
        _work.Dispose();
    }

    private void Begin(Slot slot, Queue<Slot> busy)
    {
        busy.Enqueue(slot);
        if (_threads.Length == 0)
        {
            Work(slot);
            return;
        }
        _waiting.Enqueue(slot);
        _work.Release();
    }

    private void Run()
    {
        while (true)
        {
            _work.Wait();
            if (!_waiting.TryDequeue(out var slot)) return;
            Work(slot);
        }
    }

    private void Work(Slot slot)
    {
        try
        {
            _step(slot.Item);
        }
        catch (Exception failure)
        {
            slot.Failure = ExceptionDispatchInfo.Capture(failure);
        }
        slot.Done.Release();
    }

    /// <summary>An item under way.</summary>
    private sealed class Slot
    {
        public TItem Item { get; } = new();

        public SemaphoreSlim Done { get; } = new(0);

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
