using System.Net.Sockets;
using System.Text;

namespace Replication.Server.Tests.Systemd;

/// <summary>The service manager's end: a real datagram socket, at a path or in the abstract namespace.</summary>
internal sealed class ManagerSocket : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo? _directory;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    private ManagerSocket(DirectoryInfo? directory, string name)
    {
        _directory = directory;
        Name = name;
        _socket.Bind(new UnixDomainSocketEndPoint(name[0] == '@' ? '\0' + name[1..] : name));
    }

    /// <summary>The value of NOTIFY_SOCKET.</summary>
    public string Name { get; }

    public static ManagerSocket AtPath()
    {
        var directory = Directory.CreateTempSubdirectory("replication-notify-");
        return new ManagerSocket(directory, Path.Combine(directory.FullName, "notify"));
    }

    public static ManagerSocket Abstract() => AtAbstract($"@replication-{Guid.NewGuid():n}");

    public static ManagerSocket AtAbstract(string name) => new(null, name);

    /// <summary>The next message.</summary>
    public async Task<string> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var bytes = new byte[2048];
        var length = await _socket.ReceiveAsync(bytes, SocketFlags.None, patience.Token);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>The next messages.</summary>
    public async Task<string[]> ReceiveAsync(int count)
    {
        var messages = new string[count];
        for (var i = 0; i < count; i++) messages[i] = await ReceiveAsync();
        return messages;
    }

    /// <summary>Whether nothing has come that was not received.</summary>
    public bool IsSilent => _socket.Available == 0;

    public void Dispose()
    {
        _socket.Dispose();
        _directory?.Delete(recursive: true);
    }
}
