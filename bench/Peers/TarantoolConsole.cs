using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Replication.Bench.Peers;

/// <summary>The administrator's console of a Tarantool: a line of Lua, answered by a YAML list of what it returned.</summary>
internal sealed class TarantoolConsole : IDisposable
{
    private const string EndOfAnswer = "...";
    private const int GreetingBytes = 128;

    private readonly TcpClient _socket;
    private readonly StreamReader _reader;

    private TarantoolConsole(TcpClient socket)
    {
        _socket = socket;
        _reader = new StreamReader(socket.GetStream(), Encoding.ASCII);
    }

    public static async Task<TarantoolConsole> OpenAsync(int port, CancellationToken cancellation)
    {
        var socket = new TcpClient { NoDelay = true };
        try
        {
            await socket.ConnectAsync("127.0.0.1", port, cancellation);
            await socket.GetStream().ReadExactlyAsync(new byte[GreetingBytes], cancellation);
            return new TarantoolConsole(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The numbers that a line of Lua returns.</summary>
    /// <exception cref="InvalidOperationException">It returned something else, or failed.</exception>
    public async Task<double[]> AskAsync(string line, CancellationToken cancellation)
    {
        await _socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), cancellation);
        var items = new List<double>();
        while (await _reader.ReadLineAsync(cancellation) is { } said)
        {
            if (said == EndOfAnswer) return [.. items];
            if (said == "---") continue;
            if (!said.StartsWith("- ", StringComparison.Ordinal) || !double.TryParse(said.AsSpan(2), CultureInfo.InvariantCulture, out var item))
                throw new InvalidOperationException($"Tarantool answered {line} with {said}.");
            items.Add(item);
        }
        throw new IOException($"Tarantool closed its console at {line}.");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }
}
