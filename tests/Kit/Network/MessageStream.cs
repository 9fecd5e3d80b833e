using System.Buffers.Binary;

namespace Replication.Kit.Network;

/// <summary>Messages over a connection: each with its length before it, as every transport of messages has it.</summary>
public sealed class MessageStream
{
    private const int MaxBytes = 64 * 1024 * 1024;

    private readonly Endpoint _endpoint;
    private readonly List<byte> _collected = [];

    /// <summary>Takes over an endpoint.</summary>
    /// <param name="endpoint">Whose bytes are messages.</param>
    /// <param name="received">Told of each whole message.</param>
    /// <param name="ended">Told once when the connection ended, or what came is no message.</param>
    public MessageStream(Endpoint endpoint, Action<byte[]> received, Action ended)
    {
        _endpoint = endpoint;
        endpoint.Ended = ended;
        endpoint.Received = bytes =>
        {
            _collected.AddRange(bytes);
            while (!endpoint.IsClosed && TryTake(out var message)) received(message);
            if (endpoint.IsClosed || !IsBroken()) return;
            endpoint.Close();
            ended();
        };
    }

    /// <summary>Whether the connection is no more.</summary>
    public bool IsClosed => _endpoint.IsClosed;

    /// <summary>Bytes of a message that has not come whole.</summary>
    public int PartialBytes => _collected.Count;

    /// <summary>Sends a message.</summary>
    public void Send(byte[] message)
    {
        var bytes = new byte[sizeof(int) + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, message.Length);
        message.CopyTo(bytes, sizeof(int));
        _endpoint.Send(bytes);
    }

    /// <summary>Closes this end.</summary>
    public void Close() => _endpoint.Close();

    private bool TryTake(out byte[] message)
    {
        message = [];
        if (_collected.Count < sizeof(int) || IsBroken() || _collected.Count < sizeof(int) + Length()) return false;
        message = [.. _collected.GetRange(sizeof(int), Length())];
        _collected.RemoveRange(0, sizeof(int) + message.Length);
        return true;
    }

    private int Length() => BinaryPrimitives.ReadInt32LittleEndian([_collected[0], _collected[1], _collected[2], _collected[3]]);

    private bool IsBroken() => _collected.Count >= sizeof(int) && (uint)Length() > MaxBytes;
}
