using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Replication.Hostile.Tests.Wire;

/// <summary>
/// One connection that speaks HTTP/2 as badly as a test wants: each frame is written by hand, nothing is read unless the test
/// reads, and nothing is answered.
/// </summary>
internal sealed class RawHttp2 : IDisposable
{
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;
    public const byte Acknowledged = 1;

    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private int _nextStream = 1;

    private RawHttp2(Socket socket) => (_socket, _stream) = (socket, new NetworkStream(socket, ownsSocket: true));

    /// <summary>The bytes themselves.</summary>
    public NetworkStream Stream => _stream;

    /// <summary>A connection without a word on it.</summary>
    public static async Task<RawHttp2> DialAsync(Uri address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port));
            return new RawHttp2(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A connection with the preface and settings of its own.</summary>
    public static async Task<RawHttp2> OpenAsync(Uri address, params (ushort Name, uint Value)[] settings)
    {
        var connection = await DialAsync(address);
        try
        {
            await connection._stream.WriteAsync(Preface);
            var payload = new byte[settings.Length * 6];
            for (var i = 0; i < settings.Length; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(i * 6), settings[i].Name);
                BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan((i * 6) + 2), settings[i].Value);
            }
            await connection.WriteAsync(FrameKind.Settings, 0, 0, payload);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A frame as its bytes.</summary>
    public static byte[] Bytes(FrameKind kind, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)kind, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>A gRPC message in its envelope.</summary>
    public static byte[] Message(ReadOnlySpan<byte> message, uint? claimed = null, byte compressed = 0)
    {
        var bytes = new byte[5 + message.Length];
        bytes[0] = compressed;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), claimed ?? (uint)message.Length);
        message.CopyTo(bytes.AsSpan(5));
        return bytes;
    }

    public async Task WriteAsync(FrameKind kind, byte flags, int stream, ReadOnlyMemory<byte> payload) => await _stream.WriteAsync(Bytes(kind, flags, stream, payload.Span));

    /// <summary>Begins a call and leaves it open.</summary>
    /// <returns>Its stream.</returns>
    public async Task<int> CallAsync(string path)
    {
        var stream = NextStream();
        await WriteAsync(FrameKind.Headers, EndHeaders, stream, HeaderBlock.OfCall(path).Bytes);
        return stream;
    }

    public int NextStream()
    {
        var stream = _nextStream;
        _nextStream += 2;
        return stream;
    }

    /// <summary>The next frame; null when the connection was closed.</summary>
    public async Task<Frame?> ReadAsync(CancellationToken cancellation)
    {
        var header = new byte[9];
        try
        {
            await _stream.ReadExactlyAsync(header, cancellation);
            var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
            await _stream.ReadExactlyAsync(payload, cancellation);
            return new Frame((FrameKind)header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue, payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads until the other side closes or says that it will.</summary>
    /// <returns>Whether it did within the time.</returns>
    public async Task<bool> IsEndedAsync(TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            while (await ReadAsync(patience.Token) is { } frame)
                if (frame.Kind == FrameKind.GoAway) return true;
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Whether the other side closed, without waiting: nothing that was sent may be unread.</summary>
    public bool IsClosed() => _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
