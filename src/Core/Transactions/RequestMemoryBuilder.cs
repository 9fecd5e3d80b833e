using Replication.Core.Records;

namespace Replication.Core.Transactions;

/// <summary>
/// The memory of requests while entries are applied. What <see cref="Freeze"/> hands out is for everybody and shares the
/// pages; freezing costs the same however much is remembered. For one thread. Nothing is allocated for an entry, but a page
/// for each 1,024 and whatever longer ids than usual take.
/// </summary>
internal sealed class RequestMemoryBuilder
{
    private readonly RequestLookup.IdTest _has;
    private RequestPage[] _pages;
    private int _first;
    private int _count;
    private int _capacity;
    private long _forgottenThrough;
    private long _oldest; // number of the oldest one, counted from where this builder began
    private bool _ownsLastPage;
    private RequestLookup? _lookup; // made when it is needed first: only a primary asks
    private RequestMemory? _frozen;

    /// <summary>Begins with a memory, which itself does not change.</summary>
    public RequestMemoryBuilder(RequestMemory memory)
    {
        (_pages, _first, _count, _capacity, _forgottenThrough) = (memory.Pages, memory.First, memory.Count, memory.Capacity, memory.ForgottenThrough);
        _frozen = memory;
        _has = (number, id) => IdOf((int)(number - _oldest)).SequenceEqual(id);
    }

    /// <summary>Everything behind this index that named its request is remembered.</summary>
    public long ForgottenThrough => _forgottenThrough;

    /// <summary>Index of the newest entry that a request with this id made; 0 when none is remembered.</summary>
    public long Find(ReadOnlySpan<byte> id)
    {
        if (_count == 0) return 0;
        var number = (_lookup ??= MakeLookup()).Find(id, _oldest, _has);
        return number < 0 ? 0 : IndexOf((int)(number - _oldest));
    }

    /// <summary>A request made an entry.</summary>
    /// <param name="digest">Of the state.</param>
    /// <param name="id">1 to 64 bytes.</param>
    /// <param name="index">Above that of every other one.</param>
    /// <returns>The digest of the state with it, and without what was forgotten for it.</returns>
    public StateDigest Remember(StateDigest digest, ReadOnlySpan<byte> id, long index)
    {
        _frozen = null;
        if (_capacity == 0)
        {
            _forgottenThrough = index;
            return digest;
        }
        if (_count == _capacity) digest = ForgetOldest(digest);
        Append(id, index);
        _lookup?.Add(id, _oldest + _count - 1);
        return digest.WithRequest(id, index);
    }

    /// <summary>From now on so many are remembered.</summary>
    /// <returns>The digest of the state without those that are too many.</returns>
    public StateDigest Resize(StateDigest digest, int capacity)
    {
        if (capacity == _capacity) return digest;
        while (_count > capacity) digest = ForgetOldest(digest);
        _capacity = capacity;
        (_lookup, _frozen) = (null, null);
        return digest;
    }

    /// <summary>Begins to load a memory: what is remembered next was remembered already.</summary>
    public void BeginLoad(int capacity, long forgottenThrough) => (_capacity, _forgottenThrough, _frozen) = (capacity, forgottenThrough, null);

    /// <summary>The memory as it is now; later changes do not touch it.</summary>
    public RequestMemory Freeze() => _frozen ??= new RequestMemory(_pages, _first, _count, _capacity, _forgottenThrough);

    private StateDigest ForgetOldest(StateDigest digest)
    {
        var id = IdOf(0);
        var index = IndexOf(0);
        digest = digest.WithoutRequest(id, index);
        _lookup?.Remove(id, _oldest);
        _forgottenThrough = index;
        _oldest++;
        _count--;
        if (++_first == RequestPage.Slots) (_pages, _first) = (_pages[1..], 0);
        return digest;
    }

    private void Append(ReadOnlySpan<byte> id, long index)
    {
        var (page, slot) = Math.DivRem(_first + _count, RequestPage.Slots);
        if (page == _pages.Length)
        {
            _pages = [.. _pages, new RequestPage()];
            _ownsLastPage = true;
        }
        else if (!_ownsLastPage)
        {
            // Another builder may have begun with the same memory and go on in the same page.
            _pages = [.. _pages[..page], _pages[page].Copy(slot)];
            _ownsLastPage = true;
        }
        _pages[page].Fill(slot, id, index);
        _count++;
    }

    private RequestLookup MakeLookup()
    {
        var lookup = new RequestLookup(_capacity);
        for (var number = 0; number < _count; number++) lookup.Add(IdOf(number), _oldest + number);
        return lookup;
    }

    private ReadOnlySpan<byte> IdOf(int number) => _pages[(_first + number) / RequestPage.Slots].IdAt((_first + number) % RequestPage.Slots);

    private long IndexOf(int number) => _pages[(_first + number) / RequestPage.Slots].IndexAt((_first + number) % RequestPage.Slots);
}
