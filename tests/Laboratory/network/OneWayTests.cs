using Replication.Laboratory.Network.Namespaces;
using Replication.ProcessKit;
using Replication.ProcessKit.Recording;

namespace Replication.Laboratory.Network;

/// <summary>Routes that lose what goes one way, or both, between nodes on hosts of their own.</summary>
public sealed class OneWayTests
{
    private const string Primary = "primary";
    private const string Near = "near";
    private const string Far = "far";
    private const int Seed = 3;
    private const int GrpcPort = 7400;
    private const int HttpPort = 7401;

    // Longer than a call may take, so that calls whose answers are lost really end unknown.
    private static readonly TimeSpan ClientCut = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Routes_cut_one_way_and_both_ways_lose_nothing_and_everything_goes_on_without_a_snapshot_when_they_are_back()
    {
        await using var network = await HostNetwork.CreateAsync(Primary, Near, Far);
        await using var cluster = new Cluster();
        var primary = await StartAsync(cluster, network, Primary, null);
        var near = await StartAsync(cluster, network, Near, primary.Address);
        var far = await StartAsync(cluster, network, Far, near.Address);
        await using var load = new RecordedLoad(primary.Address, [primary.Address, near.Address, far.Address], Seed);
        load.Start();
        await load.GetsOnAsync();
        var snapshots = (await Cluster.SnapshotsInstalledAsync(near), await Cluster.SnapshotsInstalledAsync(far));

        await CutAsync(network, load, near, (Primary, Near));
        await CutAsync(network, load, near, (Near, Primary));
        await CutAsync(network, load, near, (Primary, Near), (Near, Primary));
        await CutAsync(network, load, far, (Near, Far));
        await CutAsync(network, load, far, (Far, Near));
        var unknown = load.Ledger.Unknown;
        await CutClientsAsync(network, load, Primary, HostNetwork.Here);
        Assert.InRange(load.Ledger.Unknown, unknown + 1, long.MaxValue);
        if (LongForm.IsOn) await CutClientsAsync(network, load, HostNetwork.Here, Primary);
        await load.StopAsync();

        await cluster.AssertEqualAsync(primary);
        cluster.AssertAllLive();
        Assert.Equal(snapshots, (await Cluster.SnapshotsInstalledAsync(near), await Cluster.SnapshotsInstalledAsync(far)));
        await primary.StopAsync();
        var counts = load.CheckAgainst(primary);
        Assert.InRange(counts.Committed, 500, long.MaxValue);
    }

    private static async Task<NodeProcess> StartAsync(Cluster cluster, HostNetwork network, string host, Uri? upstream)
    {
        var node = cluster.Keep(new NodeProcess(upstream is null ? "primary" : "replica", cluster.Folder(host), upstream, new Uri($"http://{network.AddressOf(host)}:{GrpcPort}"))
        {
            Http = new Uri($"http://{network.AddressOf(host)}:{HttpPort}"),
            Prefix = network.CommandOn(host),
        });
        await node.StartReadyAsync();
        return node;
    }

    // Writers and readers are elsewhere and go on meanwhile.
    private static async Task CutAsync(HostNetwork network, RecordedLoad load, NodeProcess whoNotices, params (string From, string To)[] ways)
    {
        foreach (var (from, to) in ways) await network.LoseAsync(from, to);
        await Cluster.UntilDisconnectedAsync(whoNotices);
        await load.GetsOnAsync();
        foreach (var (from, to) in ways) await network.RestoreAsync(from, to);
        await Cluster.UntilStreamingAsync(whoNotices);
        await load.GetsOnAsync();
    }

    private static async Task CutClientsAsync(HostNetwork network, RecordedLoad load, string from, string to)
    {
        await network.LoseAsync(from, to);
        using (var cut = new PeriodicTimer(ClientCut)) await cut.WaitForNextTickAsync();
        await network.RestoreAsync(from, to);
        await load.GetsOnAsync();
    }
}
