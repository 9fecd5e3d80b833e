using System.Text;
using Replication.Client;
using Replication.Node.Roles;
using Replication.Node.Tests.Fixture;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class FollowingTests
{
    [Fact]
    public async Task A20_An_empty_replica_joins_under_write_load()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        using var stop = new CancellationTokenSource();
        var load = Load.RunAsync(primary.Client, writers: 4, stop.Token);
        await Eventually.HoldsAsync("the load has written something", () => primary.Database.State.Records > 500, cancellation: CancellationToken.None);

        var replica = await cluster.ReplicaAsync(primary, cancellation: CancellationToken.None);
        await Eventually.HoldsAsync("the replica streams", () => replica.Node.State == NodeState.Streaming, cancellation: CancellationToken.None);
        await stop.CancelAsync();
        var acknowledged = await load;

        await TestCluster.WaitForCaughtUpAsync(replica, primary, cancellation: CancellationToken.None);
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
        foreach (var (key, value) in acknowledged)
            Assert.Equal(value, (await replica.Client.GetAsync("load", key, cancellation: CancellationToken.None)).Value.ToArray());
        Assert.Equal(await ScanAsync(primary), await ScanAsync(replica));
    }

    [Fact]
    public async Task A21_A_replica_that_was_away_for_a_moment_resumes_without_a_snapshot()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await Eventually.HoldsAsync("the replica streams", () => replica.Node.State == NodeState.Streaming);
        await replica.StopAsync();
        for (var i = 0; i < 100; i++) await primary.Client.PutAsync("docs", $"k{i}", Load.Json($"{i}"));

        await replica.StartAsync();

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(0, replica.Status.Counters.SnapshotsInstalled);
        Assert.Equal(1, primary.Status.Counters.SnapshotsServed + primary.Status.Counters.SnapshotsWritten);
    }

    [Fact]
    public async Task A_restarted_primary_begins_a_new_reign_and_its_replicas_resume()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "before", "1");
        var replica = await cluster.ReplicaAsync(primary);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        await primary.StopAsync();
        Assert.Equal("1", Text(await replica.Client.GetAsync("docs", "before")));
        await primary.StartAsync();
        await primary.Client.PutAsync("docs", "after", "2");

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(2u, primary.Database.State.Position.Epoch.Number);
        Assert.Equal("2", Text(await replica.Client.GetAsync("docs", "after")));
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
    }

    [Fact]
    public async Task A_replica_follows_a_replica()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var middle = await cluster.ReplicaAsync(primary, "middle");
        await TestCluster.WaitForCaughtUpAsync(middle, primary);

        var last = await cluster.ReplicaAsync(middle, "last");
        await primary.Client.PutAsync("docs", "k", "2");

        await TestCluster.WaitForCaughtUpAsync(last, primary);
        Assert.Equal("2", Text(await last.Client.GetAsync("docs", "k")));
        Assert.Equal(primary.Node.Address, last.Node.PrimaryAddress);
    }

    [Fact]
    public async Task A36_A_transaction_of_three_times_the_message_limit_of_grpc_replicates_and_recovers()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await primary.Client.CreateCollectionAsync("blobs", CollectionKind.Bytes);
        var transaction = new Transaction();
        for (var i = 0; i < 13; i++) transaction.Put("blobs", $"b{i}", Load.RandomBytes(1024 * 1024, seed: i));

        var result = await primary.Client.CommitAsync(transaction);

        Assert.True(result.IsCommitted);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await replica.StopAsync();
        await replica.StartAsync();
        await primary.StopAsync();
        await primary.StartAsync();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(Load.RandomBytes(1024 * 1024, seed: 12), (await replica.Client.GetAsync("blobs", "b12")).Value.ToArray());
    }

    [Fact]
    public async Task A39_A_replica_of_another_history_is_refused_and_nothing_of_it_is_wiped()
    {
        await using var cluster = new TestCluster();
        var one = await cluster.PrimaryAsync("one");
        await one.Client.PutAsync("docs", "k", "\"of one\"");
        var replica = await cluster.ReplicaAsync(one);
        await TestCluster.WaitForCaughtUpAsync(replica, one);
        var two = await cluster.PrimaryAsync("two");
        await replica.StopAsync();

        var stray = await cluster.StartAsync("replica", two.Address);

        await Eventually.HoldsAsync("the refusal is shown", () => stray.Status.Upstream!.LastError.Contains("history", StringComparison.Ordinal));
        Assert.Equal("\"of one\"", Text(await stray.Client.GetAsync("docs", "k")));
        Assert.Equal(one.Database.History, stray.Database.History);
        Assert.NotNull(stray.Status.NotReadyReason);
    }

    [Fact]
    public async Task A_replica_whose_history_parted_begins_again_and_keeps_its_old_log_aside()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "common", "1");
        await primary.StopAsync();
        Load.CopyDirectory(primary.Data, cluster.PathOf("replica"));
        await primary.StartAsync();
        await primary.Client.PutAsync("docs", "only-here", "2");
        // The copy becomes another node that had a reign of its own: its log has an entry that the primary's does not.
        Load.GiveNewIdentity(cluster.PathOf("replica"));
        var rival = await cluster.StartAsync("replica", null);
        await rival.Client.PutAsync("docs", "only-there", "3");
        await rival.StopAsync();

        var replica = await cluster.StartAsync("replica", primary.Address);

        await Eventually.HoldsAsync("it has begun again", () => replica.Status.Counters.SnapshotsInstalled == 1);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.False((await replica.Client.GetAsync("docs", "only-there")).Found);
        Assert.Single(Directory.GetDirectories(Path.Combine(replica.Data, "lost"), "log-*"));
    }

    [Fact]
    public async Task A_stopping_node_tells_its_followers_and_they_connect_again()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await Eventually.HoldsAsync("the replica streams", () => replica.Node.State == NodeState.Streaming);

        await primary.StopAsync();

        await Eventually.HoldsAsync("the replica notices", () => replica.Node.State == NodeState.Connecting);
        await primary.StartAsync();
        await Eventually.HoldsAsync("the replica streams again", () => replica.Node.State == NodeState.Streaming);
    }

    [Fact]
    public async Task The_upstream_shows_how_far_each_follower_is()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await cluster.ReplicaAsync(primary, "first");
        await cluster.ReplicaAsync(primary, "second");
        await primary.Client.PutAsync("docs", "k", "1");
        var index = primary.Database.State.Index;

        await Eventually.HoldsAsync("both have applied it", () => primary.Status.Followers.Count(follower => follower.Applied >= index) == 2);

        Assert.Equal(["first", "second"], primary.Status.Followers.Select(follower => follower.NodeName));
        Assert.All(primary.Status.Followers, follower => Assert.Equal(0, follower.LagEntries));
    }

    private static async Task<List<string>> ScanAsync(TestNode node)
    {
        var records = new List<string>();
        await foreach (var record in node.Client.ScanAsync("load", cancellation: CancellationToken.None))
            records.Add($"{record.Key} {Encoding.UTF8.GetString(record.Value.Span)} {record.Written}");
        return records;
    }

    private static string Text(ReadResult result) => Encoding.UTF8.GetString(result.Value.Span);
}
