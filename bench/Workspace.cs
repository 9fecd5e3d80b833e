using System.Net;
using System.Net.Sockets;

namespace Replication.Bench;

/// <summary>Where a run has its files: below the checkout, on the disk that is measured. Removed at the end.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly string _directory;
    private int _last;

    public Workspace()
    {
        Root = RootOf(AppContext.BaseDirectory);
        _directory = Path.Combine(Root, "bench", "results", "tmp", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Directory.CreateDirectory(_directory);
    }

    /// <summary>The checkout.</summary>
    public string Root { get; }

    /// <summary>A path that nothing has yet.</summary>
    public string NewPath(string name) => Path.Combine(_directory, $"{++_last}-{name}");

    /// <summary>A new directory.</summary>
    public string NewDirectory(string name) => Directory.CreateDirectory(NewPath(name)).FullName;

    /// <summary>A port that nobody has right now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static long BytesIn(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string RootOf(string directory)
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Replication.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException("The benchmark runs from a checkout: no Replication.sln above it.");
    }
}
