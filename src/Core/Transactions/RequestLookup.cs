using System.Numerics;

namespace Replication.Core.Transactions;

/// <summary>
/// Finds remembered requests by their ids: chains of slots, one slot for each number modulo a power of two. Numbers go up by one
/// and the lowest is removed first, so that no two that are present share a slot. No allocation once it is made.
/// </summary>
internal sealed class RequestLookup
{
    private const int None = -1;

    private readonly int[] _heads;
    private readonly int[] _next;
    private readonly int _mask;

    /// <summary>For so many at once.</summary>
    public RequestLookup(int capacity)
    {
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 1));
        (_heads, _next, _mask) = (new int[slots], new int[slots], slots - 1);
        Array.Fill(_heads, None);
    }

    /// <summary>Adds a number, in front of others with its id.</summary>
    public void Add(ReadOnlySpan<byte> id, long number)
    {
        ref var head = ref _heads[ChainOf(id)];
        _next[SlotOf(number)] = head;
        head = SlotOf(number);
    }

    /// <summary>Removes a number that was added with this id.</summary>
    public void Remove(ReadOnlySpan<byte> id, long number)
    {
        ref var at = ref _heads[ChainOf(id)];
        while (at != SlotOf(number)) at = ref _next[at];
        at = _next[at];
    }

    /// <summary>The newest number with this id.</summary>
    /// <param name="id">What is looked for.</param>
    /// <param name="oldest">The lowest number that is present.</param>
    /// <param name="has">Whether a number has this id.</param>
    /// <returns>-1 when there is none.</returns>
    public long Find(ReadOnlySpan<byte> id, long oldest, IdTest has)
    {
        for (var slot = _heads[ChainOf(id)]; slot != None; slot = _next[slot])
        {
            var number = oldest + ((slot - oldest) & _mask);
            if (has(number, id)) return number;
        }
        return None;
    }

    private int SlotOf(long number) => (int)(number & _mask);

    // Seeded by the framework for each process: nobody can choose ids that share a chain.
    private int ChainOf(ReadOnlySpan<byte> id)
    {
        var hash = new HashCode();
        hash.AddBytes(id);
        return hash.ToHashCode() & _mask;
    }

    /// <summary>Whether a number has an id.</summary>
    public delegate bool IdTest(long number, ReadOnlySpan<byte> id);
}
