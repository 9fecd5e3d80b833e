using Replication.Client;
using Replication.Core.Following;
using Replication.Node.Roles;
using Replication.Testing;

namespace Replication.Node.Tests;

/// <summary>Bootstraps that take their time, because the primary sends snapshots slowly: what happens meanwhile.</summary>
public sealed class InterruptedBootstrapTests
{
    private const long MiB = 1024 * 1024;
    private const int Records = 80;
    private const int ValueBytes = 100_000;
    private const long SlowRate = MiB;

    /// <summary>One bootstrap takes 8 s, and the second begins up to a minute after the first has ended.</summary>
    private static readonly TimeSpan TwoInTurn = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A31_A_bootstrap_that_restarts_interrupt_fetches_only_what_is_missing_while_the_log_streams_beside_it()
    {
        await using var cluster = new TestCluster();
        var primary = await FilledPrimaryAsync(cluster);
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);

        foreach (var chunks in (long[])[1, 3])
        {
            await Eventually.HoldsAsync($"{chunks} chunks have come", () => replica.Status.Upstream!.BootstrapBytes >= chunks * MiB);
            var committed = (long)(await primary.Client.PutAsync("beside", $"k{chunks}", "1")).Index;
            await Eventually.HoldsAsync("the log has come beside the chunks", () => Follower(primary) is { State: FollowerState.Bootstrapping } follower && follower.Durable >= committed);
            Assert.Equal(0, replica.Database.State.Index);
            var loading = await Assert.ThrowsAsync<ReplicationException>(() => replica.Client.GetAsync("docs", "k1"));
            Assert.Equal(ReplicationErrorCode.Loading, loading.Code);
            await replica.StopAsync();
            await replica.StartAsync();
        }

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
        Assert.Equal(1, primary.Status.Counters.SnapshotsWritten);
        // Everything once and, at each of the two restarts, the two chunks that were on their way; from the beginning it would be 15 MiB.
        Assert.InRange(link.FromTarget.Bytes, Records * ValueBytes, (Records * ValueBytes) + (5 * MiB));
    }

    [Fact]
    public async Task Both_ends_show_how_far_a_bootstrap_is_and_for_how_long_it_will_go_on()
    {
        await using var cluster = new TestCluster();
        var primary = await FilledPrimaryAsync(cluster);
        var replica = await cluster.ReplicaAsync(primary);

        await Eventually.HoldsAsync("the replica knows", () => replica.Status.Upstream is { BootstrapBytes: > 0, BootstrapTotalBytes: > Records * ValueBytes, BootstrapMillisLeft: > 0 });
        await Eventually.HoldsAsync("the primary knows", () => Follower(primary) is { BootstrapBytes: > 0, BootstrapTotalBytes: > Records * ValueBytes, BootstrapMillisLeft: > 0 });
        Assert.Equal(NodeState.Bootstrapping, replica.Node.State);

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await Eventually.HoldsAsync("both are done", () => Follower(primary) is { State: FollowerState.Streaming, BootstrapTotalBytes: 0 } && replica.Status.Upstream!.BootstrapTotalBytes == 0);
    }

    [Fact]
    public async Task A_replica_with_old_data_serves_it_with_its_age_until_the_new_data_is_there()
    {
        await using var cluster = new TestCluster();
        var primary = await FilledPrimaryAsync(cluster, options => options.RetainBytes = 2 * MiB);
        await primary.Client.PutAsync("docs", "version", "1");
        var replica = await cluster.ReplicaAsync(primary);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await replica.StopAsync();
        await FillAsync(primary);
        await primary.Client.PutAsync("docs", "version", "2");
        for (var round = 0; round < 2; round++)
        {
            await primary.Client.PutAsync("docs", $"round-{round}", "1");
            await primary.Client.TakeSnapshotAsync();
        }

        await replica.StartAsync();

        await Eventually.HoldsAsync("a bootstrap is under way", () => replica.Status.Upstream is { BootstrapBytes: > 0, Connected: true });
        Assert.Equal("1", await TextAsync(replica));
        Assert.Null(replica.Status.Upstream!.AgeMillis);
        Assert.Contains("Bootstrapping", replica.Status.NotReadyReason, StringComparison.Ordinal);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal("2", await TextAsync(replica));
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
    }

    [Fact]
    public async Task Snapshots_may_be_fetched_from_another_replica_so_that_the_primary_sends_none()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await FillAsync(primary, 20);
        var first = await cluster.ReplicaAsync(primary, "first");
        await TestCluster.WaitForCaughtUpAsync(first, primary);
        await ServedAsync(primary, 1);

        var second = await cluster.ReplicaAsync(primary, "second", options => options.BootstrapFrom = first.Address);

        await TestCluster.WaitForCaughtUpAsync(second, primary);
        Assert.Equal(1, second.Status.Counters.SnapshotsInstalled);
        await ServedAsync(first, 1);
        Assert.Equal((1, 1), (primary.Status.Counters.SnapshotsServed, primary.Status.Counters.SnapshotsWritten));
        Assert.Equal(["first", "second"], primary.Status.Followers.Select(follower => follower.NodeName));
    }

    [Fact]
    public async Task When_no_snapshot_can_be_had_elsewhere_the_primary_is_asked()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await FillAsync(primary, 20);

        var replica = await cluster.ReplicaAsync(primary, configure: options => options.BootstrapFrom = LoopbackPort.TakeAddress());

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await ServedAsync(primary, 1);
    }

    [Fact]
    public async Task A_snapshot_of_another_history_is_not_begun_from_and_the_primary_is_asked()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await FillAsync(primary, 5);
        var stranger = await cluster.PrimaryAsync("stranger");
        await FillAsync(stranger, 5);

        var replica = await cluster.ReplicaAsync(primary, configure: options => options.BootstrapFrom = stranger.Address);

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(primary.Database.History, replica.Database.History);
        Assert.Equal((0, 0), (stranger.Status.Counters.SnapshotsServed, stranger.Status.Counters.SnapshotsWritten));
    }

    [Fact]
    public async Task The_node_that_has_the_snapshot_may_restart_and_what_came_of_it_is_kept()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await FillAsync(primary);
        var source = await cluster.ReplicaAsync(primary, "source", options => options.SnapshotRate = SlowRate);
        await TestCluster.WaitForCaughtUpAsync(source, primary);
        var replica = await cluster.ReplicaAsync(primary, "replica", options => options.BootstrapFrom = source.Address);
        await Eventually.HoldsAsync("some has come", () => replica.Status.Upstream!.BootstrapBytes >= 2 * MiB);
        var before = primary.Status.Counters.SnapshotsServed;

        await source.StopAsync();
        await source.StartAsync();

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
        Assert.Equal(before, primary.Status.Counters.SnapshotsServed);
    }

    [Fact]
    public async Task More_replicas_than_may_fetch_at_once_wait_for_their_turn_while_their_log_streams()
    {
        await using var cluster = new TestCluster();
        var primary = await FilledPrimaryAsync(cluster, options => options.SnapshotTransfers = 1);
        var replicas = await Task.WhenAll(cluster.ReplicaAsync(primary, "one"), cluster.ReplicaAsync(primary, "two"));
        await Eventually.HoldsAsync("one of them fetches", () => primary.Status.Followers.Any(follower => follower.BootstrapBytes > 0));

        var committed = (long)(await primary.Client.PutAsync("beside", "k", "1")).Index;

        await Eventually.HoldsAsync(
            "the other one has the log and no chunk", () => primary.Status.Followers.Any(follower => follower is { State: FollowerState.Bootstrapping, BootstrapBytes: 0 } && follower.Durable >= committed));
        foreach (var replica in replicas) await TestCluster.WaitForCaughtUpAsync(replica, primary, TwoInTurn);
        await ServedAsync(primary, 2);
        Assert.Equal(1, primary.Status.Counters.SnapshotsWritten);
    }

    // The one who sends counts a moment after the one who fetches has everything.
    private static Task ServedAsync(TestNode node, long snapshots) => Eventually.HoldsAsync($"{node.Name} has sent {snapshots}", () => node.Status.Counters.SnapshotsServed == snapshots);

    private static FollowerStatus Follower(TestNode primary) => primary.Status.Followers.Single();

    private static async Task<string> TextAsync(TestNode node) => System.Text.Encoding.UTF8.GetString((await node.Client.GetAsync("docs", "version")).Value.Span);

    private static async Task<TestNode> FilledPrimaryAsync(TestCluster cluster, Action<Options.NodeOptions>? configure = null)
    {
        var primary = await cluster.PrimaryAsync(configure: options =>
        {
            options.SnapshotRate = SlowRate;
            configure?.Invoke(options);
        });
        await FillAsync(primary);
        return primary;
    }

    private static async Task FillAsync(TestNode primary, int records = Records)
    {
        for (var i = 0; i < records; i++) await primary.Client.PutAsync("docs", $"k{i}", $"\"{new string('x', ValueBytes)}\"");
    }
}
