using Replication.Core.Records.Memory;

namespace Replication.Core.Records;

/// <summary>
/// A look at the newest state by one thread, for as long as one traversal takes: two stores to begin and to end it, no lock,
/// no allocation. Memory is not used again before it ends, so it must be short and stay on its thread; what lasts, or crosses
/// an await, takes a <see cref="ReadView"/>.
/// </summary>
public readonly ref struct ReadGuard : IDisposable
{
    private readonly ReaderEpochs.Slot _slot;

    private ReadGuard(ReaderEpochs.Slot slot, DatabaseState state) => (_slot, State) = (slot, state);

    /// <summary>The state that was the newest when it began.</summary>
    public DatabaseState State { get; }

    /// <summary>Begins one. The state is taken behind the announcement, which is what makes it safe.</summary>
    /// <param name="newest">Where states are published.</param>
    public static ReadGuard Enter(ref DatabaseState newest)
    {
        var slot = ReaderEpochs.Own;
        slot.Enter();
        return new ReadGuard(slot, Volatile.Read(ref newest));
    }

    /// <summary>The records of a collection in key order; null when there is none of this name.</summary>
    public OrderedIndex? Records(string collection) => State.Collections.TryGetValue(collection, out var found) ? found.Records : null;

    /// <summary>A record; none when it or its collection is not there.</summary>
    public Record Find(string collection, ReadOnlySpan<byte> key) => State.Collections.TryGetValue(collection, out var found) ? found.Records.Find(key) : default;

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        GC.KeepAlive(State);
        _slot.Leave();
    }
}
