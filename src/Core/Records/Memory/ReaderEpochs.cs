using System.Runtime.InteropServices;

namespace Replication.Core.Records.Memory;

/// <summary>
/// Which threads read at the moment, and since when. A reader announces itself with two plain stores; the writer, before it
/// uses memory again, makes every processor's stores visible once and looks at all announcements. (Epoch-based reclamation:
/// K. Fraser, "Practical lock-freedom", 2004, 5.2.3; the asymmetric fence is that of membarrier(2).)
/// </summary>
/// <remarks>
/// A reader stores its epoch, then loads what is published. The writer publishes, advances the epoch, fences, then loads the
/// announcements. When it does not see one, the reader's load comes behind the fence, so it finds what was published.
/// </remarks>
internal static class ReaderEpochs
{
    [ThreadStatic]
    private static Slot? _own;

    private static readonly Lock Gate = new();
    private static WeakReference<Slot>[] _slots = []; // a thread that has ended leaves none behind
    private static long _epoch = 1;

    /// <summary>The calling thread's announcement.</summary>
    public static Slot Own => _own ?? Register();

    /// <summary>The epoch that a reader announces now.</summary>
    public static long Current => Volatile.Read(ref _epoch);

    /// <summary>What was made unreachable before is unreachable for whoever announces the returned epoch or a later one.</summary>
    public static long Advance() => Interlocked.Increment(ref _epoch);

    /// <summary>The earliest epoch that somebody reads in; <see cref="long.MaxValue"/> when nobody reads.</summary>
    public static long OldestActive()
    {
        Interlocked.MemoryBarrierProcessWide();
        var oldest = long.MaxValue;
        foreach (var slot in Volatile.Read(ref _slots))
        {
            if (slot.TryGetTarget(out var reader) && reader.Epoch is > 0 and var epoch && epoch < oldest) oldest = epoch;
        }
        return oldest;
    }

    private static Slot Register()
    {
        var own = new Slot();
        lock (Gate) Volatile.Write(ref _slots, [.. _slots.Where(other => other.TryGetTarget(out _)), new WeakReference<Slot>(own)]);
        _own = own;
        return own;
    }

    /// <summary>One thread's announcement, alone on its cache lines.</summary>
    public sealed class Slot
    {
        private Padded _state;

        /// <summary>The epoch it reads in; 0 while it does not.</summary>
        public long Epoch => Volatile.Read(ref _state.Epoch);

        /// <summary>Begins to read, possibly within another reading.</summary>
        public void Enter()
        {
            if (_state.Depth++ == 0) Volatile.Write(ref _state.Epoch, Current);
        }

        /// <summary>Ends what <see cref="Enter"/> began.</summary>
        public void Leave()
        {
            if (--_state.Depth == 0) Volatile.Write(ref _state.Epoch, 0);
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Padded
    {
        [FieldOffset(64)]
        public long Epoch;

        [FieldOffset(72)]
        public int Depth;
    }
}
