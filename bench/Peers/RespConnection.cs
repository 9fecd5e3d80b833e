using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Replication.Bench.Peers;

/// <summary>As much of Redis' protocol as loading and asking needs.</summary>
internal sealed class RespConnection : IDisposable
{
    private readonly TcpClient _socket;
    private readonly BufferedStream _stream;

    private RespConnection(TcpClient socket)
    {
        _socket = socket;
        _stream = new BufferedStream(socket.GetStream(), 64 * 1024);
    }

    public static async Task<RespConnection> OpenAsync(int port, CancellationToken cancellation)
    {
        var socket = new TcpClient { NoDelay = true };
        try
        {
            await socket.ConnectAsync("127.0.0.1", port, cancellation);
            return new RespConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>One command, its answer as text; an error as Redis words it, with its minus.</summary>
    public async Task<string> AskAsync(string command, CancellationToken cancellation)
    {
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellation);
        await _stream.FlushAsync(cancellation);
        var line = ReadLine();
        if (line[0] != '$') return line[0] is '+' or ':' ? line[1..] : line;
        var body = new byte[int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) + 2];
        await _stream.ReadExactlyAsync(body, cancellation);
        return Encoding.ASCII.GetString(body, 0, body.Length - 2);
    }

    /// <summary>Commands in one piece; each has to be answered by OK.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> commands, int count, CancellationToken cancellation)
    {
        await _stream.WriteAsync(commands, cancellation);
        await _stream.FlushAsync(cancellation);
        for (var i = 0; i < count; i++)
            if (ReadLine() is var answer && answer != "+OK")
                throw new InvalidOperationException($"Redis answered {answer}.");
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        for (var next = _stream.ReadByte(); next != '\n'; next = _stream.ReadByte())
        {
            if (next < 0) throw new IOException("Redis closed the connection.");
            if (next != '\r') line.Append((char)next);
        }
        return line.ToString();
    }
}
