using System.Globalization;

namespace Replication.Testing;

/// <summary>What a test awaited did not come about while its patience lasted. The message says what that was and what was there instead.</summary>
public sealed class NotReachedException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="awaited">What was awaited, as a sentence.</param>
    /// <param name="waited">How long.</param>
    /// <param name="lastSeen">What was there at the end; null when nobody looked.</param>
    public NotReachedException(string awaited, TimeSpan waited, string? lastSeen)
        : base(string.Create(CultureInfo.InvariantCulture, $"After {waited.TotalSeconds:0.###} s it still does not hold that {awaited}.{(lastSeen is null ? "" : $" Last seen: {lastSeen}")}"))
    {
        Awaited = awaited;
        Waited = waited;
        LastSeen = lastSeen;
    }

    /// <summary>What was awaited, as a sentence.</summary>
    public string Awaited { get; }

    /// <summary>How long, by a monotonic clock.</summary>
    public TimeSpan Waited { get; }

    /// <summary>What was there at the end; null when nobody looked.</summary>
    public string? LastSeen { get; }
}
