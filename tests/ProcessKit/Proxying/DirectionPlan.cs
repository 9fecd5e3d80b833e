namespace Replication.ProcessKit.Proxying;

/// <summary>What happens to the bytes of one direction of one connection. Offsets count from 0 and name the first byte that does not get through as it was sent.</summary>
public sealed record DirectionPlan
{
    /// <summary>Nothing happens to them.</summary>
    public static DirectionPlan Nothing { get; } = new();

    /// <summary>Behind so many bytes the connection is reset towards both ends.</summary>
    public long? CutAt { get; init; }

    /// <summary>Behind so many bytes the receiver is told that the sender has nothing more to say (FIN), which the sender does not hear of; the other direction goes on.</summary>
    public long? EndAt { get; init; }

    /// <summary>Behind so many bytes the receiver's connection is reset, and the sender hears nothing of it: what it says from then on is lost.</summary>
    public long? ResetReceiverAt { get; init; }

    /// <summary>Bits to turn, in ascending order.</summary>
    public IEnumerable<ByteFlip> Flips { get; init; } = [];

    /// <summary>Bytes that get through in a second, from 1,000; 0 for no limit.</summary>
    public int BytesPerSecond { get; init; }
}
