namespace Replication.Core.Following.Retention;

/// <summary>How far a replica is from being dropped.</summary>
/// <param name="BytesLeft">Of log that may still be written before; 0 once it is dropped.</param>
/// <param name="TimeLeft">For which it may still be silent; null while a session is open.</param>
public readonly record struct RetentionForecast(long BytesLeft, TimeSpan? TimeLeft)
{
    /// <summary>Whether the log is no longer kept for it.</summary>
    public bool IsDropped => BytesLeft == 0 || TimeLeft == TimeSpan.Zero;

    /// <summary>The forecast for a replica.</summary>
    /// <param name="behind">Bytes of log behind what it has.</param>
    /// <param name="silence">Since it was heard of; null while a session is open.</param>
    /// <param name="limits">In force.</param>
    public static RetentionForecast Of(long behind, TimeSpan? silence, RetentionLimits limits) =>
        new(Math.Max(0, limits.Bytes - behind), silence is { } time ? (time >= limits.Time ? TimeSpan.Zero : limits.Time - time) : null);
}
