using Replication.Core.Records.Memory;

namespace Replication.Core.Records;

/// <summary>
/// A picture of the whole database at one index, to be kept across calls and awaits: the records of its state stay as they
/// are, and where they are, until it is disposed of. It costs nobody anything but the memory of what is replaced meanwhile.
/// Thread-safe.
/// </summary>
public sealed class ReadView : IDisposable
{
    private const int IsClosed = 1;
    private const int HasExpired = 2;

    private StatePin? _pin;
    private int _end;

    private ReadView(DatabaseState state, StatePin? pin) => (State, _pin) = (state, pin);

#pragma warning disable MA0055 // A view that its holder forgot would keep memory for ever.
    /// <summary>The last resort: a view that nobody refers to is closed by the collector.</summary>
    ~ReadView() => Close(IsClosed);
#pragma warning restore MA0055

    /// <summary>The state it shows.</summary>
    public DatabaseState State { get; }

    /// <summary>A view of a state; null when it may be gone already, because a newer one was published.</summary>
    public static ReadView? TryOpen(DatabaseState state)
    {
        if (state.Memory is not { } memory) return new ReadView(state, null);
        return memory.TryPin(state.Version, state.Index) is { } pin ? new ReadView(state, pin) : null;
    }

    /// <summary>A view of a state that nobody has published yet, or that another view holds.</summary>
    /// <exception cref="InvalidOperationException">A newer state was published, and this one may be gone.</exception>
    public static ReadView Open(DatabaseState state) =>
        TryOpen(state) ?? throw new InvalidOperationException($"The state at {state.Position} was left behind; open the view while it is the newest, or hold another view of it.");

    /// <summary>Whether it can be read through.</summary>
    public bool IsOpen => Volatile.Read(ref _end) == 0;

    /// <summary>Another view of the same state.</summary>
    public ReadView Share()
    {
        ThrowUnlessOpen();
        return Open(State);
    }

    /// <summary>
    /// Begins to read: until that is ended, by the same thread, the memory stays, even when another thread closes the view
    /// meanwhile. For whoever does not close it himself.
    /// </summary>
    /// <exception cref="ViewExpiredException">It was open for too long.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public ViewReading Enter()
    {
        var slot = ReaderEpochs.Own;
        slot.Enter();
        if (IsOpen) return new ViewReading(slot);
        slot.Leave();
        ThrowUnlessOpen();
        throw new InvalidOperationException("A view was opened again.");
    }

    /// <summary>The records of a collection in key order; null when there is none of this name.</summary>
    /// <exception cref="ViewExpiredException">It was open for too long.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public OrderedIndex? Records(string collection)
    {
        ThrowUnlessOpen();
        return State.Collections.TryGetValue(collection, out var found) ? found.Records : null;
    }

    /// <summary>A record; none when it or its collection is not there.</summary>
    public Record Find(string collection, ReadOnlySpan<byte> key) => Records(collection) is { } records ? records.Find(key) : default;

    /// <summary>Closes it because it was open for too long: whoever reads through it from now on is told so.</summary>
    public void Expire() => Close(HasExpired);

    /// <inheritdoc/>
    public void Dispose()
    {
        Close(IsClosed);
        GC.SuppressFinalize(this);
    }

    private void ThrowUnlessOpen()
    {
        if (Volatile.Read(ref _end) == HasExpired) throw new ViewExpiredException(State.Position);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _end) == IsClosed, this);
    }

    private void Close(int end)
    {
        if (Interlocked.CompareExchange(ref _end, end, 0) != 0 || _pin is not { } pin) return;
        State.Memory!.Unpin(pin);
        _pin = null;
    }
}
