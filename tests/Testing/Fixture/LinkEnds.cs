using System.Net;
using System.Net.Sockets;

namespace Replication.Testing.Tests.Fixture;

/// <summary>A listener, a link that leads to it, and connections made through it.</summary>
internal sealed class LinkEnds : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _clients = [];

    public LinkEnds(TimeProvider? time = null)
    {
        _listener.Start();
        Link = new TestLink(new Uri($"http://{_listener.LocalEndpoint}"), time);
    }

    public TestLink Link { get; }

    /// <summary>Connects through the link; gives the stream of either end.</summary>
    public async Task<(NetworkStream Near, NetworkStream Far)> ConnectAsync()
    {
        var near = await ConnectNearAsync();
        var far = await _listener.AcceptTcpClientAsync();
        _clients.Add(far);
        return (near, far.GetStream());
    }

    /// <summary>Connects to the link only.</summary>
    public async Task<NetworkStream> ConnectNearAsync()
    {
        var near = new TcpClient(AddressFamily.InterNetwork);
        _clients.Add(near);
        await near.ConnectAsync(Link.Address.Host, Link.Address.Port);
        return near.GetStream();
    }

    public void StopListening() => _listener.Stop();

    public static async Task<byte[]> ReadAsync(NetworkStream stream, int length)
    {
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        foreach (var client in _clients) client.Dispose();
        _listener.Dispose();
    }
}
