namespace Replication.ProcessKit.Proxying;

/// <summary>What a proxy did, so that a test can see that its faults came to something. Thread-safe.</summary>
public sealed class FaultCounts
{
    private long _cuts;
    private long _ends;
    private long _resets;
    private long _flipsInMessages;
    private long _flipsElsewhere;

    /// <summary>Connections that were reset towards both ends at a byte.</summary>
    public long Cuts => Interlocked.Read(ref _cuts);

    /// <summary>Directions that were ended (FIN) at a byte.</summary>
    public long Ends => Interlocked.Read(ref _ends);

    /// <summary>Receivers that were reset at a byte.</summary>
    public long Resets => Interlocked.Read(ref _resets);

    /// <summary>Bits turned in the payload of an HTTP/2 DATA frame, which is what messages travel in.</summary>
    public long FlipsInMessages => Interlocked.Read(ref _flipsInMessages);

    /// <summary>Bits turned in what HTTP/2 itself says: frame headers, settings, windows, headers of calls.</summary>
    public long FlipsElsewhere => Interlocked.Read(ref _flipsElsewhere);

    /// <summary>All of them, for people.</summary>
    public override string ToString() => $"{Cuts} cuts, {Ends} ends, {Resets} resets, {FlipsInMessages} bits turned in messages and {FlipsElsewhere} elsewhere";

    internal void Cut() => Interlocked.Increment(ref _cuts);

    internal void Ended() => Interlocked.Increment(ref _ends);

    internal void Reset() => Interlocked.Increment(ref _resets);

    internal void Flipped(bool inMessage) => Interlocked.Increment(ref inMessage ? ref _flipsInMessages : ref _flipsElsewhere);
}
