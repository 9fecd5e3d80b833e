using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Replication.Bench.Peers;

/// <summary>As much of Redis' protocol as loading and asking needs.</summary>
internal sealed class RespConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TcpClient _socket;
    private readonly NetworkStream _stream;
    private readonly byte[] _read = new byte[64 * 1024];
    private int _from;
    private int _to;

    private RespConnection(TcpClient socket)
    {
        _socket = socket;
        _stream = socket.GetStream();
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
    /// <exception cref="IOException">There was no answer within ten seconds.</exception>
    public async Task<string> AskAsync(string command, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await AskPatientlyAsync(command, patience.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"Redis did not answer {command} within {Patience.TotalSeconds} s; {_to - _from} bytes of an answer were there.", late);
        }
    }

    /// <summary>Commands in one piece; each has to be answered by OK.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> commands, int count, CancellationToken cancellation)
    {
        await _stream.WriteAsync(commands, cancellation);
        for (var i = 0; i < count; i++)
            if (await ReadLineAsync(cancellation) is var answer && answer != "+OK")
                throw new InvalidOperationException($"Redis answered {answer}.");
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task<string> AskPatientlyAsync(string command, CancellationToken cancellation)
    {
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellation);
        var line = await ReadLineAsync(cancellation);
        if (line[0] != '$') return line[0] is '+' or ':' ? line[1..] : line;
        var length = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
        return length < 0 ? string.Empty : (await ReadAsync(length + 2, cancellation))[..length];
    }

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellation)
    {
        int end;
        while ((end = _read.AsSpan(_from, _to - _from).IndexOf((byte)'\n')) < 0) await FillAsync(cancellation);
        var line = Encoding.ASCII.GetString(_read, _from, end);
        _from += end + 1;
        return line.TrimEnd('\r');
    }

    private async ValueTask<string> ReadAsync(int bytes, CancellationToken cancellation)
    {
        var text = new StringBuilder(bytes);
        while (text.Length < bytes)
        {
            if (_from == _to) await FillAsync(cancellation);
            var taken = Math.Min(bytes - text.Length, _to - _from);
            text.Append(Encoding.ASCII.GetString(_read, _from, taken));
            _from += taken;
        }
        return text.ToString();
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        _read.AsSpan(_from, _to - _from).CopyTo(_read);
        (_from, _to) = (0, _to - _from);
        var read = await _stream.ReadAsync(_read.AsMemory(_to), cancellation);
        if (read == 0) throw new IOException("Redis closed the connection.");
        _to += read;
    }
}
