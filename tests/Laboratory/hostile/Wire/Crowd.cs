using System.Net.Sockets;
using System.Text;

namespace Replication.Hostile.Tests.Wire;

/// <summary>Many connections that say little: each gets its bytes one at a time, none is read from.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly List<(RawHttp2 Connection, byte[] Bytes)> _members = [];
    private int _said;

    public int Count => _members.Count;

    /// <summary>Members that the node has closed.</summary>
    public int Closed => _members.Count(member => member.Connection.IsClosed());

    /// <summary>Adds connections that say nothing at all.</summary>
    public Task AddIdleAsync(Uri address, int count) => AddAsync(count, async () => (await RawHttp2.DialAsync(address), []));

    /// <summary>Adds connections that speak HTTP/2 and call nothing.</summary>
    public Task AddUncallingAsync(Uri address, int count) => AddAsync(count, async () => (await RawHttp2.OpenAsync(address), []));

    /// <summary>Adds connections whose request line and headers take for ever.</summary>
    public Task AddSlowHttpAsync(Uri address, int count) =>
        AddAsync(count, async () => (await RawHttp2.DialAsync(address), Encoding.ASCII.GetBytes($"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX-Slow: {new string('x', 200)}\r\n")));

    /// <summary>Adds connections whose headers take for ever.</summary>
    public Task AddSlowHeadersAsync(Uri address, string path, int count) =>
        AddAsync(count, async () => (await RawHttp2.OpenAsync(address), RawHttp2.Bytes(FrameKind.Headers, RawHttp2.EndHeaders, 1, HeaderBlock.OfCall(path).Bytes)));

    /// <summary>Adds connections whose message takes for ever.</summary>
    public Task AddSlowBodyAsync(Uri address, string path, int count) => AddAsync(count, async () =>
    {
        var connection = await RawHttp2.OpenAsync(address);
        var stream = await connection.CallAsync(path);
        await connection.WriteAsync(FrameKind.Data, 0, stream, RawHttp2.Message([], claimed: 1000));
        return (connection, RawHttp2.Bytes(FrameKind.Data, 0, stream, new byte[200]));
    });

    /// <summary>Adds connections that ask and never read the answer.</summary>
    public Task AddUnreadAsync(Uri address, string path, byte[] request, bool isStream, int count) => AddAsync(count, async () =>
    {
        var connection = await RawHttp2.OpenAsync(address);
        var stream = await connection.CallAsync(path);
        await connection.WriteAsync(FrameKind.Data, isStream ? (byte)0 : RawHttp2.EndStream, stream, RawHttp2.Message(request));
        return (connection, []);
    });

    /// <summary>Each says its next byte, if it has one and is still listened to.</summary>
    public async Task SayNextByteAsync()
    {
        foreach (var (connection, bytes) in _members)
        {
            if (_said >= bytes.Length) continue;
            try
            {
                await connection.Stream.WriteAsync(bytes.AsMemory(_said, 1));
            }
            catch (IOException)
            {
                continue; // Closed by the node.
            }
        }
        _said++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (connection, _) in _members) connection.Dispose();
    }

    private async Task AddAsync(int count, Func<Task<(RawHttp2 Connection, byte[] Bytes)>> open)
    {
        for (var i = 0; i < count; i++)
        {
            try
            {
                _members.Add(await open());
            }
            catch (Exception refused) when (refused is IOException or SocketException)
            {
                throw new InvalidOperationException($"Connection {_members.Count + 1} was refused.", refused);
            }
        }
    }
}
