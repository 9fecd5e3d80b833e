using Replication.Client;
using Replication.ProcessKit;
using Replication.ProcessKit.Load;
using Replication.ProcessKit.Proxying;
using Xunit.Abstractions;

namespace Replication.Laboratory.Network;

/// <summary>Money that moves while every link breaks in every way.</summary>
public sealed class VaultTests(ITestOutputHelper output)
{
    private const int Seed = 73;
    private const int Tellers = 4;
    private const int LeastChecks = 20;
    private static readonly TimeSpan Span = LongForm.Or(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(40));
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A73_Transfers_keep_their_total_on_every_node_in_scans_and_index_queries_under_all_faults_of_the_network()
    {
        await using var cluster = new Cluster();
        var primary = await cluster.PrimaryAsync();
        var direct = cluster.ClientOf(primary);
        await Vault.OpenAsync(direct);
        var toPrimary = cluster.LinkTo(primary);
        var near = cluster.Replica("near", toPrimary.Address);
        var toNear = cluster.LinkTo(near);
        var far = cluster.Replica("far", toNear.Address);
        await Task.WhenAll(near.WaitReadyAsync(), far.WaitReadyAsync());
        var clients = cluster.LinkTo(primary);
        await using var tellers = new Tellers(cluster.ClientOf(primary, clients), Tellers, Seed);
        tellers.Start();

        using var over = new CancellationTokenSource(Span);
        // What clients send carries no check of its own, so no bits are turned there.
        LinkFaults[] faults = [new([toPrimary, toNear], Seed, flipsBits: true), new([clients], Seed + 1, flipsBits: false)];
        NodeProcess[] nodes = [primary, near, far];
        var breaking = faults.Select(kind => kind.RunAsync(over.Token)).ToList();
        var checks = await Task.WhenAll(nodes.Select(node => CheckUntilAsync(cluster.ClientOf(node), over.Token)));
        await Task.WhenAll(breaking);
        await tellers.StopAsync();

        foreach (var kind in faults) output.WriteLine(string.Join(", ", kind.Happened.Select(static happened => $"{happened.Value} × {happened.Key}")));
        output.WriteLine($"{toPrimary.Counts}; {toNear.Counts}; clients: {clients.Counts}");
        output.WriteLine($"{tellers}; totals looked at: {string.Join(", ", checks)}");
        await cluster.AssertEqualAsync(primary);
        cluster.AssertAllLive();
        Assert.All(checks, static count => Assert.InRange(count, LeastChecks, int.MaxValue));
        Assert.InRange(tellers.Transfers, 100, long.MaxValue);
        var newest = new ReadOptions((await direct.DigestAsync(cancellation: CancellationToken.None)).Position, TimeSpan.FromSeconds(30));
        foreach (var node in nodes)
        {
            var reader = cluster.ClientOf(node);
            await Vault.CheckAsync(reader, newest, CancellationToken.None);
            await tellers.CheckReceiptsAsync(reader, newest);
        }
    }

    private static async Task<int> CheckUntilAsync(ReplicationClient node, CancellationToken over)
    {
        using var pause = new PeriodicTimer(BetweenChecks);
        for (var checks = 0; ;)
        {
            if (over.IsCancellationRequested) return checks;
            try
            {
                await Vault.CheckAsync(node, cancellation: CancellationToken.None);
                checks++;
            }
            catch (ReplicationException away) when (away.Code is ReplicationErrorCode.Unavailable or ReplicationErrorCode.Loading)
            {
                // It shows nothing, which is no wrong total.
            }
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
