using Replication.Node.Options;
using Replication.Node.Roles;
using Replication.Node.Tests.Fixture;
using Replication.Testing;

namespace Replication.Node.Tests;

/// <summary>Replicas of replicas: who may follow whom, and what happens when one of them goes.</summary>
public sealed class CascadeTests
{
    [Fact]
    public async Task A_replica_of_a_replica_of_a_replica_shows_what_the_primary_commits()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var first = await cluster.ReplicaAsync(primary, "first");
        await StreamsAsync(first);
        var second = await cluster.ReplicaAsync(first, "second");
        await StreamsAsync(second);
        var third = await cluster.ReplicaAsync(second, "third");

        await primary.Client.PutAsync("docs", "k", "1");

        await TestCluster.WaitForCaughtUpAsync(third, primary);
        var path = third.Node.Path;
        Assert.Equal([third.Status.NodeId, second.Status.NodeId, first.Status.NodeId, primary.Status.NodeId], path.Nodes.ToArray());
        Assert.True(path.IsFromPrimary);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the others know by then that the first one is gone, and the last of them may be followed by it
    public async Task A_loop_of_three_is_refused_and_whoever_was_in_it_comes_back_to_the_primary(bool isAwayForLong)
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var a = await cluster.ReplicaAsync(primary, "a");
        await StreamsAsync(a);
        var b = await cluster.ReplicaAsync(a, "b");
        await StreamsAsync(b);
        var c = await cluster.ReplicaAsync(b, "c");
        await StreamsAsync(c);
        await Eventually.HoldsAsync("c knows its whole path", () => c.Node.Path.Nodes.Length == 4);

        await a.StopAsync();
        if (isAwayForLong) await Eventually.HoldsAsync("c knows that a is gone", () => c.Node.Path.Nodes.Length == 2);
        a = await RestartAsync(cluster, a, c);

        // Whoever comes last closes the loop: a itself, or b when a was away for long.
        TestNode[] ring = [a, b, c];
        await Eventually.HoldsAsync(
            "the one that would close the loop is refused and the others are not",
            () => ring.Where(node => !node.Status.Upstream!.Connected).ToArray() is [var refused] && refused.Status.Upstream!.LastError.Contains("loop", StringComparison.Ordinal),
            lastSeen: () => string.Join("; ", ring.Select(node => $"{node.Name}, connected: {node.Status.Upstream!.Connected}, {node.Status.Upstream.LastError}")));
        Assert.All(ring, node => Assert.Equal(node.Node.Path.Nodes.Distinct(), node.Node.Path.Nodes.AsEnumerable()));
        a = await RestartAsync(cluster, a, primary);
        await primary.Client.PutAsync("docs", "k", "2");
        await TestCluster.WaitForCaughtUpAsync(c, primary);
        // Each began from one when it was new.
        Assert.Equal([0L, 1L, 1L], new[] { a, b, c }.Select(node => node.Status.Counters.SnapshotsInstalled));
    }

    [Fact]
    public async Task Two_that_may_follow_each_other_are_never_in_a_loop_and_find_the_primary_when_it_is_back()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var a = await cluster.ReplicaAsync(primary, "a");
        var b = await cluster.ReplicaAsync(primary, "b");
        await TestCluster.WaitForCaughtUpAsync(a, primary);
        await TestCluster.WaitForCaughtUpAsync(b, primary);
        await primary.StopAsync();

        var old = a;
        a = await RestartAsync(cluster, a, primary, b);
        b = await RestartAsync(cluster, b, primary, old);
        await Eventually.HoldsAsync("one of them follows the other", () => a.Status.Upstream!.Connected || b.Status.Upstream!.Connected);
        await primary.StartAsync();
        await primary.Client.PutAsync("docs", "k", "2");

        await TestCluster.WaitForCaughtUpAsync(a, primary);
        await TestCluster.WaitForCaughtUpAsync(b, primary);
        Assert.All([a, b], node => Assert.True(node.Node.Path.IsFromPrimary));
        Assert.All([a, b], node => Assert.Equal(0, node.Status.Counters.SnapshotsInstalled));
    }

    [Fact]
    public async Task An_upstream_that_waits_for_its_own_follower_is_left_when_the_primary_may_be_back()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var above = await cluster.ReplicaAsync(primary, "above");
        await UntilAsync(clock, "it has the data", () => above.Status.AppliedIndex == primary.Status.AppliedIndex);
        var link = cluster.LinkTo(above);
        var below = await cluster.ReplicaAsync(above, "below", link: link);
        await UntilAsync(clock, "both have the data", () => below.Status.AppliedIndex == primary.Status.AppliedIndex);
        await primary.StopAsync();

        // While the primary is away the two change places; the one below may follow nobody else.
        link.Cut();
        above = await RestartAsync(cluster, above, primary, below);
        await UntilAsync(clock, "it follows the other", () => above.Status.Upstream is { Connected: true } upstream && upstream.Address == Authority(below));
        Assert.False(above.Node.Path.IsFromPrimary);
        link.Restore();
        await UntilAsync(clock, "the other is refused", () => below.Status.Upstream!.LastError.Contains("loop", StringComparison.Ordinal));
        await primary.StartAsync();
        await primary.Client.PutAsync("docs", "k", "2");

        await UntilAsync(clock, "it is back at the primary", () => above.Node.Path.IsFromPrimary);
        await UntilAsync(clock, "the other is behind it again", () => below.Status.AppliedIndex == primary.Status.AppliedIndex);
        Assert.Equal(3, below.Node.Path.Nodes.Length);
    }

    [Fact]
    public async Task A_replica_whose_upstream_is_gone_goes_on_at_the_next_one_without_a_snapshot_and_stays_there()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var relay = await cluster.ReplicaAsync(primary, "relay");
        await TestCluster.WaitForCaughtUpAsync(relay, primary);
        var replica = await cluster.StartAsync("replica", null, Follows(relay, primary));
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(Authority(relay), replica.Status.Upstream!.Address);
        await ServedAsync(primary, 1);
        var (served, installed) = (primary.Status.Counters.SnapshotsServed, replica.Status.Counters.SnapshotsInstalled);

        await relay.StopAsync();
        await primary.Client.PutAsync("docs", "k", "2");

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(Authority(primary), replica.Status.Upstream!.Address);
        await relay.StartAsync();
        await primary.Client.PutAsync("docs", "k", "3");
        await TestCluster.WaitForCaughtUpAsync(relay, primary);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(Authority(primary), replica.Status.Upstream!.Address);
        Assert.Equal(served, primary.Status.Counters.SnapshotsServed);
        Assert.Equal((1L, installed), (installed, replica.Status.Counters.SnapshotsInstalled));
        Assert.Equal(0, relay.Status.Counters.SnapshotsInstalled);
    }

    [Fact]
    public async Task A_replica_that_is_started_with_another_upstream_goes_on_there_without_a_snapshot()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var relay = await cluster.ReplicaAsync(primary, "relay");
        await TestCluster.WaitForCaughtUpAsync(relay, primary);
        var replica = await cluster.ReplicaAsync(relay, "replica");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await ServedAsync(primary, 1);
        var served = primary.Status.Counters.SnapshotsServed;

        replica = await RestartAsync(cluster, replica, primary);
        await primary.Client.PutAsync("docs", "k", "2");

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(0, replica.Status.Counters.SnapshotsInstalled);
        Assert.Equal(served, primary.Status.Counters.SnapshotsServed);
    }

    [Fact]
    public async Task An_upstream_that_refuses_does_not_keep_the_next_one_from_being_tried()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var stranger = await cluster.PrimaryAsync("stranger");
        var replica = await cluster.ReplicaAsync(primary);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        replica = await RestartAsync(cluster, replica, stranger, primary);

        await StreamsAsync(replica);
        Assert.Equal(Authority(primary), replica.Status.Upstream!.Address);
        Assert.Contains("history", replica.Status.Upstream.LastError, StringComparison.Ordinal);
        Assert.Equal(0, replica.Status.Counters.SnapshotsInstalled);
    }

    [Fact]
    public async Task Every_node_shows_the_whole_tree_below_it_and_nobody_twice()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var first = await cluster.ReplicaAsync(primary, "first");
        await StreamsAsync(first);
        var second = await cluster.ReplicaAsync(first, "second");
        await StreamsAsync(second);
        var third = await cluster.ReplicaAsync(second, "third");

        await Eventually.HoldsAsync("the primary knows of all", () => Tree(primary) is ["first", "second via first", "third via second"], lastSeen: () => string.Join(", ", Tree(primary)));
        Assert.Equal(["second", "third via second"], Tree(first));
        Assert.Empty(Tree(third));
        await primary.Client.PutAsync("docs", "k", "2");
        var index = primary.Database.State.Index;
        await Eventually.HoldsAsync("the primary knows that all have it", () => primary.Status.Below.All(node => node.Applied == index && node.Durable == index && node.LagEntries == 0));

        // The second one moves up: with it whoever is below it.
        second = await RestartAsync(cluster, second, primary);
        await Eventually.HoldsAsync("it is shown where it is now", () => Tree(primary) is ["first", "second", "third via second"], lastSeen: () => string.Join(", ", Tree(primary)));
        Assert.Empty(first.Status.Below);

        // And back: it is no follower of the primary any more, although log is still kept for it there.
        second = await RestartAsync(cluster, second, first);
        await Eventually.HoldsAsync("it is shown below the first again", () => Tree(primary) is ["first", "second via first", "third via second"], lastSeen: () => string.Join(", ", Tree(primary)));
        var below = primary.Status.Below;
        Assert.NotNull(below[0].BytesUntilDropped);
        Assert.Null(below[1].BytesUntilDropped);

        // One that leaves is gone soon.
        await third.StopAsync();
        await Eventually.HoldsAsync("it is gone", () => Tree(primary) is ["first", "second via first"]);
        var metrics = await Metrics.OfAsync(primary);
        Assert.Equal(1, metrics["replication_downstream"]);
        Assert.Equal(index, metrics[$$"""replication_downstream_applied_index{follower="second",follower_id="{{second.Status.NodeId:x16}}",via="first"}"""]);
        var grpc = await primary.Client.StatusAsync();
        Assert.Equal(("second", "first", (ulong)index), (grpc.Below[0].NodeName, grpc.Below[0].Via, grpc.Below[0].DurableIndex));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1,http://127.0.0.1:1")]
    [InlineData("http://127.0.0.1:1,")]
    [InlineData("somewhere")]
    public async Task Addresses_that_cannot_be_used_are_refused_by_name(string addresses)
    {
        await using var cluster = new TestCluster();

        var refusal = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => cluster.PrimaryAsync(configure: options => options.Primary = addresses));

        Assert.Contains("Replication:Primary has to be an address", refusal.Message, StringComparison.Ordinal);
    }

    private static Task UntilAsync(ManualClock clock, string what, Func<bool> condition) => Eventually.HoldsAsync(what, () =>
    {
        if (condition()) return true;
        clock.Advance(TimeSpan.FromMilliseconds(100));
        return false;
    });

    // The one who sends counts a moment after the one who fetches has everything.
    private static Task ServedAsync(TestNode node, long snapshots) => Eventually.HoldsAsync($"{node.Name} has sent {snapshots}", () => node.Status.Counters.SnapshotsServed == snapshots);

    private static string[] Tree(TestNode node)
    {
        var status = node.Status;
        return [.. status.Followers.Select(follower => follower.NodeName), .. status.Below.Select(below => $"{below.NodeName} via {below.Via}")];
    }

    // On the same data and at the same address, following others.
    private static async Task<TestNode> RestartAsync(TestCluster cluster, TestNode node, params TestNode[] upstreams)
    {
        await node.StopAsync();
        return await cluster.StartAsync(node.Name, null, Follows(upstreams) + (options => options.Listen = node.Address));
    }

    private static Action<NodeOptions> Follows(params TestNode[] upstreams) => options => options.Primary = string.Join(',', upstreams.Select(upstream => upstream.Address));

    private static string Authority(TestNode node) => node.Address.GetLeftPart(UriPartial.Authority);

    private static Task StreamsAsync(TestNode node) => Eventually.HoldsAsync($"{node.Name} streams", () => node.Node.State == NodeState.Streaming, lastSeen: () => $"{node.Status.State}: {node.Status.Upstream?.LastError}");
}
