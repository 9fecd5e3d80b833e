namespace Replication.Core.Following;

/// <summary>
/// Bounds what is on its way to one replica: bytes sent and not yet acknowledged as received. Holds one number pair for
/// each message under way, never frames.
/// </summary>
public sealed class SendWindow
{
    /// <summary>Bytes that may be on their way.</summary>
    public const long Bytes = 16 * 1024 * 1024;

    private readonly Queue<(long LastIndex, long Bytes)> _onTheWay = [];
    private long _bytes;

    /// <summary>Whether another message may be sent. One always may when nothing is on its way.</summary>
    public bool IsOpen => _bytes < Bytes;

    /// <summary>Frames up to an index were sent.</summary>
    public void Sent(long lastIndex, long bytes)
    {
        _onTheWay.Enqueue((lastIndex, bytes));
        _bytes += bytes;
    }

    /// <summary>The replica has everything up to an index.</summary>
    public void Received(long index)
    {
        while (_onTheWay.TryPeek(out var oldest) && oldest.LastIndex <= index)
        {
            _bytes -= oldest.Bytes;
            _onTheWay.Dequeue();
        }
    }
}
