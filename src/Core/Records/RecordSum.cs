using System.Runtime.CompilerServices;
using Replication.Core.IO;

namespace Replication.Core.Records;

/// <summary>
/// Sums up what records add to a <see cref="StateDigest"/> and take from it, hashing several at once. For one thread; reused.
/// </summary>
internal sealed class RecordSum
{
    private readonly SipHashLanes _lanes = StateDigest.NewLanes();
    private readonly bool[] _isTaken = new bool[SipHashLanes.Count];
    private UInt128 _sum;

    /// <summary>One record more.</summary>
    public void Add(ReadOnlySpan<byte> collection, Record record) => Add(collection, record.Key, record.Value, record.Index);

    /// <summary>One record more.</summary>
    public void Add(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index) =>
        Count(collection, key, value, index, isTaken: false);

    /// <summary>One record less.</summary>
    public void Remove(ReadOnlySpan<byte> collection, Record record) => Count(collection, record.Key, record.Value, record.Index, isTaken: true);

    /// <summary>What all of them come to; begins again with nothing.</summary>
    public StateDigest Take()
    {
        HashWaiting();
        var sum = new StateDigest(_sum);
        _sum = 0;
        return sum;
    }

    [MethodImpl(Jit.AtOnce)]
    private void Count(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index, bool isTaken)
    {
        var bytes = StateDigest.BytesOf(collection, key, value);
        if (!SipHashLanes.IsSupported || bytes > SipHashLanes.MaxBytes)
        {
            var hash = StateDigest.HashOf(collection, key, value, index);
            _sum = unchecked(isTaken ? _sum - hash : _sum + hash);
            return;
        }
        _isTaken[_lanes.Waiting] = isTaken;
        StateDigest.Write(_lanes.Next((int)bytes), collection, key, value, index);
        if (_lanes.Waiting == SipHashLanes.Count) HashWaiting();
    }

    [MethodImpl(Jit.AtOnce)]
    private void HashWaiting()
    {
        var waiting = _lanes.Waiting;
        if (waiting == 0) return;
        Span<UInt128> hashes = stackalloc UInt128[SipHashLanes.Count];
        _lanes.Hash(hashes);
        for (var i = 0; i < waiting; i++) _sum = unchecked(_isTaken[i] ? _sum - hashes[i] : _sum + hashes[i]);
    }
}
