using Replication.Core.Records;

namespace Replication.Core.Transactions;

/// <summary>
/// Which requests the last transactions that named one came from, and where they stand: what lets a request that is
/// sent again be answered instead of executed again. Part of the state at one index, and never changed.
/// </summary>
/// <remarks>
/// How many are remembered stands in the log, in each epoch start (<see cref="Reigns.EpochStart.RequestsRemembered"/>), so
/// that every node remembers the same ones. The log decides alone: a request is remembered when its entry is applied, and
/// the oldest one is forgotten when there would be too many.
/// </remarks>
public sealed class RequestMemory
{
    /// <summary>Requests that a primary has remembered, unless it is told another number. About 2 MiB with ids of 16 bytes.</summary>
    public const int DefaultCapacity = 65_536;

    /// <summary>The most that a log may ask to be remembered.</summary>
    public const int MaxCapacity = 1_048_576;

    private readonly RequestPage[] _pages;
    private readonly int _first; // slot of the oldest one in the first page

    internal RequestMemory(RequestPage[] pages, int first, int count, int capacity, long forgottenThrough)
    {
        (_pages, _first) = (pages, first);
        (Count, Capacity, ForgottenThrough) = (count, capacity, forgottenThrough);
    }

    /// <summary>Before the first entry of a history.</summary>
    public static RequestMemory Empty { get; } = new([], 0, 0, 0, 0);

    /// <summary>How many are remembered at most; 0 where the log says nothing of it.</summary>
    public int Capacity { get; }

    /// <summary>How many are remembered.</summary>
    public int Count { get; }

    /// <summary>Everything behind this index that named its request is remembered; 0 when nothing was forgotten yet.</summary>
    public long ForgottenThrough { get; }

    internal RequestPage[] Pages => _pages;

    internal int First => _first;

    /// <summary>The caller's name for a request.</summary>
    /// <param name="number">0 for the oldest one, in the order of the log.</param>
    public ReadOnlySpan<byte> IdOf(int number) => _pages[(_first + number) / RequestPage.Slots].IdAt((_first + number) % RequestPage.Slots);

    /// <summary>Index of the entry that it made.</summary>
    /// <param name="number">0 for the oldest one, in the order of the log.</param>
    public long IndexOf(int number) => _pages[(_first + number) / RequestPage.Slots].IndexAt((_first + number) % RequestPage.Slots);

    /// <summary>A digest with all that are remembered more, computed anew from every byte.</summary>
    public StateDigest AddTo(StateDigest digest)
    {
        for (var number = 0; number < Count; number++) digest = digest.WithRequest(IdOf(number), IndexOf(number));
        return digest;
    }
}
