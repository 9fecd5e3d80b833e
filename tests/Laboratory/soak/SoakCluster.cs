using Replication.ProcessKit;
using Replication.ProcessKit.Proxying;

namespace Replication.Laboratory.Soak;

/// <summary>
/// A primary, a replica and a replica behind that one, over links that can be broken, the last one on a small disk. A fourth
/// node has seen the beginning and is away from then on: the whole log is kept for it, which is what everything is judged by.
/// </summary>
internal sealed class SoakCluster : IAsyncDisposable
{
    private const long SmallDiskBytes = 512L * 1024 * 1024;

    private readonly string _root = Directory.CreateTempSubdirectory("replication-soak-").FullName;
    private readonly SmallDisk _disk;

    private SoakCluster()
    {
        _disk = new SmallDisk(Path.Combine(_root, "small"), SmallDiskBytes);
        Primary = Node("primary", Path.Combine(_root, "primary"), null);
        ToPrimary = new FaultProxy(Primary.Process.Address);
        Near = Node("near", Path.Combine(_root, "near"), ToPrimary.Address);
        ToNear = new FaultProxy(Near.Process.Address);
        Far = Node("far", Path.Combine(_disk.Folder, "far"), ToNear.Address);
        Away = Node("away", Path.Combine(_root, "away"), Primary.Process.Address);
    }

    public SoakNode Primary { get; }

    public SoakNode Near { get; }

    public SoakNode Far { get; }

    /// <summary>Runs at the beginning and at the end.</summary>
    public SoakNode Away { get; }

    public FaultProxy ToPrimary { get; }

    public FaultProxy ToNear { get; }

    public SmallDisk FarDisk => _disk;

    /// <summary>The three that are watched.</summary>
    public IReadOnlyList<SoakNode> Nodes => [Primary, Near, Far];

    /// <summary>Starts all of them; the one that is to be away has been there.</summary>
    public static async Task<SoakCluster> StartAsync()
    {
        var cluster = new SoakCluster();
        foreach (var node in (SoakNode[])[cluster.Primary, cluster.Near, cluster.Far, cluster.Away])
        {
            node.Start();
            await node.Process.WaitReadyAsync();
        }
        await cluster.Away.KillAsync();
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in (SoakNode[])[Away, Far, Near, Primary]) await node.DisposeAsync();
        await ToNear.DisposeAsync();
        await ToPrimary.DisposeAsync();
        _disk.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    // Small segments and frequent snapshots, so that both come to an end often in a minute.
    private static SoakNode Node(string name, string data, Uri? upstream) =>
        new(name, new NodeProcess(upstream is null ? "primary" : "replica", data, upstream, null, "--segment", "4194304", "--snapshot-every", "16777216"));
}
