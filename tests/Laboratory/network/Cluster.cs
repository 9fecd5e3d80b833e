using Replication.Client;
using Replication.ProcessKit;
using Replication.ProcessKit.Proxying;
using Replication.Testing;

namespace Replication.Laboratory.Network;

/// <summary>Processes, links and data of one test; everything is ended and removed with it.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly string _root = Directory.CreateTempSubdirectory("replication-network-").FullName;
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<NodeProcess> _nodes = [];

    /// <summary>A primary, ready.</summary>
    public async Task<NodeProcess> PrimaryAsync(params string[] more)
    {
        var primary = Keep(new NodeProcess("primary", Path.Combine(_root, "primary"), null, null, more));
        await primary.StartReadyAsync();
        return primary;
    }

    /// <summary>A replica that was started, ready or not.</summary>
    /// <param name="name">The name of its data directory.</param>
    /// <param name="upstreams">Whom it follows, the preferred one first.</param>
    public NodeProcess Replica(string name, params Uri[] upstreams)
    {
        var replica = Keep(new NodeProcess("replica", Path.Combine(_root, name), null, null, "--primary", string.Join(',', upstreams.Select(static upstream => upstream.GetLeftPart(UriPartial.Authority)))));
        replica.Start();
        return replica;
    }

    /// <summary>Belongs to the test from now on.</summary>
    public NodeProcess Keep(NodeProcess node)
    {
        _parts.Add(node);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A directory for data.</summary>
    public string Folder(string name) => Path.Combine(_root, name);

    /// <summary>A link to a node.</summary>
    public FaultProxy LinkTo(NodeProcess node)
    {
        var proxy = new FaultProxy(node.Address);
        _parts.Add(proxy);
        return proxy;
    }

    /// <summary>A client of a node, over a link when one is given.</summary>
    /// <param name="node">The node.</param>
    /// <param name="over">The link.</param>
    /// <param name="timeout">Of each call; 5 s by default. Who writes much in a row meets every stall of the disk and needs more.</param>
    public ReplicationClient ClientOf(NodeProcess node, FaultProxy? over = null, TimeSpan? timeout = null)
    {
        var client = new ReplicationClient(new ReplicationClientOptions { Address = over?.Address ?? node.Address, Timeout = timeout ?? DefaultTimeout });
        _parts.Add(client);
        return client;
    }

    /// <summary>Every other node comes to the primary's position and has the same digest there.</summary>
    public Task AssertEqualAsync(NodeProcess primary) => Agreement.CheckAsync(primary, _nodes.Where(node => node != primary));

    /// <summary>Snapshots that a node began anew from since its process started.</summary>
    public static async Task<ulong> SnapshotsInstalledAsync(NodeProcess node)
    {
        await using var client = node.NewClient();
        return (await client.StatusAsync()).Counters.SnapshotsInstalled;
    }

    /// <summary>A node says that it follows and has everything.</summary>
    public static async Task UntilStreamingAsync(NodeProcess node)
    {
        await using var client = node.NewClient();
        await Eventually.HoldsAsync($"{node.Data} streams", async () => (await StatusOfAsync(client))?.State == "Streaming", NodeProcess.Patience, () => Tail(node));
    }

    /// <summary>A node has no session with its upstream.</summary>
    public static async Task UntilDisconnectedAsync(NodeProcess node)
    {
        await using var client = node.NewClient();
        await Eventually.HoldsAsync($"{node.Data} notices", async () => (await StatusOfAsync(client))?.Upstream.Connected == false, NodeProcess.Patience, () => Tail(node));
    }

    /// <summary>The end of what a node printed.</summary>
    public static string Tail(NodeProcess node)
    {
        const int characters = 6000;
        return node.Output is { Length: > characters } output ? output[^characters..] : node.Output;
    }

    /// <summary>No node has ended by itself.</summary>
    public void AssertAllLive() => Assert.All(_nodes, static node => Assert.False(node.HasEnded, Tail(node)));

    public async ValueTask DisposeAsync()
    {
        for (var part = _parts.Count - 1; part >= 0; part--) await _parts[part].DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private static async Task<Protos.V1.NodeStatus?> StatusOfAsync(ReplicationClient client)
    {
        try
        {
            return await client.StatusAsync();
        }
        catch (ReplicationException)
        {
            return null;
        }
    }
}
