namespace Replication.Core.Bootstrapping;

/// <summary>
/// Keeps all transfers of snapshots together under so many bytes a second, so that they leave the link to the stream. What
/// was not used is not saved up for longer than a moment. Pure: times come with the events. For one thread at a time.
/// </summary>
/// <param name="bytesPerSecond">The limit; 0 for none.</param>
public sealed class SendRate(long bytesPerSecond)
{
    // What may leave at once after a pause.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    private TimeSpan _free;

    /// <summary>Takes the room for some bytes.</summary>
    /// <returns>For how long to wait before they are sent.</returns>
    public TimeSpan Take(int bytes, TimeSpan now)
    {
        if (bytesPerSecond == 0) return TimeSpan.Zero;
        var begin = _free > now - Burst ? _free : now - Burst;
        _free = begin + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
        return begin > now ? begin - now : TimeSpan.Zero;
    }
}
