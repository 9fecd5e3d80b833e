using Replication.Core.Log;

namespace Replication.Core.Following;

/// <summary>
/// How many bytes of its upstream's log a replica has not received: what the upstream counts behind the last entry that it
/// sent, less the frames that came since. Never less than the truth; more by what the upstream's log has between frames, until the
/// next heartbeat. Pure; for one thread at a time.
/// </summary>
public sealed class MissingBytes
{
    private long _upstreamIndex;
    private long? _bytes;
    private long _received;
    private long _pieces;

    /// <summary>
    /// A heartbeat came. It stands in the stream behind every frame that was sent before it, so what the upstream counts
    /// behind those is what is missing here.
    /// </summary>
    /// <param name="upstreamIndex">The end of the upstream's log.</param>
    /// <param name="bytes">That it counts behind the last entry that it sent; null when it does not say.</param>
    /// <param name="received">The last entry that came whole.</param>
    public void Heard(long upstreamIndex, long? bytes, long received) => (_upstreamIndex, _bytes, _received, _pieces) = (upstreamIndex, bytes, received, 0);

    /// <summary>Frames came, or a piece of them, which counts when the rest has come.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <param name="received">The last entry that came whole.</param>
    public void Received(long bytes, long received)
    {
        _pieces += bytes;
        if (received == _received) return;
        (_bytes, _received, _pieces) = (_bytes - _pieces, received, 0);
    }

    /// <summary>Bytes up to an entry; 0 once that came, null while it is not known how many they are.</summary>
    /// <param name="upstreamIndex">The highest that an upstream is known to have.</param>
    public long? UpTo(long upstreamIndex)
    {
        if (_received >= upstreamIndex) return 0;
        // One that was followed before had more: how many bytes that is, this one cannot know.
        return upstreamIndex > _upstreamIndex || _bytes is not { } bytes ? null : Math.Max(FrameHeader.Size, bytes);
    }
}
