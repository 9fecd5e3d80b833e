namespace Replication.Core.Transactions;

/// <summary>
/// The newest requests with a name that were decided and came to nothing: another sending of one, which was on its way to this
/// primary at the same time, is answered as the first to be decided was, and not decided apart. Nothing of it is in the log,
/// because a sending to a process that is gone reaches nobody. For one thread.
/// </summary>
/// <param name="capacity">So many; then the oldest is forgotten.</param>
internal sealed class RefusedRequests(int capacity = RefusedRequests.DefaultCapacity)
{
    /// <summary>Requests that are remembered, some 400 bytes each: far more than are decided between two sendings that are both under way.</summary>
    public const int DefaultCapacity = 16_384;

    private RequestLookup? _lookup; // made with the first, as is the room
    private Refused[] _refused = [];
    private long _oldest; // its number: they are counted
    private int _count;

    /// <summary>What a request was answered; null when that is not remembered.</summary>
    public CommitOutcome? Find(ReadOnlySpan<byte> id)
    {
        if (_count == 0) return null;
        var number = _lookup!.Find(id, _oldest, Has);
        return number < 0 ? null : At(number).Outcome;
    }

    /// <summary>A request was decided and came to nothing.</summary>
    /// <param name="id">1 to 64 bytes; what was remembered of it before is not found any more.</param>
    /// <param name="outcome">What is answered.</param>
    /// <param name="restsOn">Index of the newest entry when it was decided; at least that of every other one.</param>
    public void Remember(ReadOnlySpan<byte> id, CommitOutcome outcome, long restsOn)
    {
        if (_lookup is null) (_lookup, _refused) = (new RequestLookup(capacity), new Refused[capacity]);
        if (_count == capacity)
        {
            _lookup.Remove(At(_oldest).Id, _oldest);
            _oldest++;
            _count--;
        }
        var number = _oldest + _count++;
        At(number) = new Refused(id.ToArray(), outcome, restsOn);
        _lookup.Add(id, number);
    }

    /// <summary>Forgets what rested on entries that will never be: it is decided anew against what there is.</summary>
    /// <param name="index">Of the last entry that is durable.</param>
    public void ForgetBehind(long index)
    {
        for (; _count > 0 && At(_oldest + _count - 1) is var newest && newest.RestsOn > index; _count--)
            _lookup!.Remove(newest.Id, _oldest + _count - 1);
    }

    private ref Refused At(long number) => ref _refused[number % capacity];

    private bool Has(long number, ReadOnlySpan<byte> id) => id.SequenceEqual(At(number).Id);

    private readonly record struct Refused(byte[] Id, CommitOutcome Outcome, long RestsOn);
}
