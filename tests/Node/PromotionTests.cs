using Replication.Node.Options;
using Replication.Node.Roles;
using Replication.Testing;

namespace Replication.Node.Tests;

/// <summary>A replica's data directory is started as a primary, by an operator who has stopped the old one: a new reign, for everybody below.</summary>
public sealed class PromotionTests
{
    private bool _isPromoted;
    private Uri? _newPrimary;

    [Fact]
    public async Task A34_A_replica_of_a_replica_follows_a_promotion_without_a_snapshot()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        for (var i = 0; i < 50; i++) await primary.Client.PutAsync("docs", $"k{i}", "1");
        var relay = await cluster.ReplicaAsync(primary, "relay", WhenPromoted);
        await TestCluster.WaitForCaughtUpAsync(relay, primary);
        var leaf = await cluster.ReplicaAsync(relay, "leaf");
        await TestCluster.WaitForCaughtUpAsync(leaf, primary);
        var before = leaf.Database.State.Epochs.Last.Epoch;

        await PromoteAsync(primary, relay);
        await relay.Client.PutAsync("docs", "after", "1");

        await TestCluster.WaitForCaughtUpAsync(leaf, relay);
        Assert.True(leaf.Database.State.Epochs.Last.Epoch > before);
        Assert.Equal(1, leaf.Status.Counters.SnapshotsInstalled);
        Assert.Equal((0, 0), (relay.Status.Counters.SnapshotsServed, relay.Status.Counters.SnapshotsWritten));
    }

    [Fact]
    public async Task A69_A_sibling_of_the_promoted_node_follows_it_without_a_snapshot()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        for (var i = 0; i < 50; i++) await primary.Client.PutAsync("docs", $"k{i}", "1");
        var heir = await cluster.ReplicaAsync(primary, "heir", WhenPromoted);
        var sibling = await cluster.ReplicaAsync(primary, "sibling", options => options.Primary = _newPrimary?.ToString() ?? options.Primary);
        await TestCluster.WaitForCaughtUpAsync(heir, primary);
        await TestCluster.WaitForCaughtUpAsync(sibling, primary);

        await PromoteAsync(primary, heir);
        _newPrimary = heir.Address;
        await sibling.StopAsync();
        await sibling.StartAsync();
        await heir.Client.PutAsync("docs", "after", "1");

        await TestCluster.WaitForCaughtUpAsync(sibling, heir);
        Assert.Equal(0, sibling.Status.Counters.SnapshotsInstalled);
        Assert.Equal((0, 0), (heir.Status.Counters.SnapshotsServed, heir.Status.Counters.SnapshotsWritten));
    }

    [Fact]
    public async Task A57_The_old_primary_returns_with_entries_that_nobody_has_and_becomes_a_replica_that_keeps_them_aside_and_shows_them_no_more()
    {
        await using var cluster = new TestCluster();
        var isReplica = false;
        var old = await cluster.PrimaryAsync("old", options =>
        {
            if (!isReplica) return;
            options.Role = NodeRole.Replica;
            options.Primary = _newPrimary!.ToString();
        });
        await old.Client.PutAsync("docs", "shared", "1");
        var heir = await cluster.ReplicaAsync(old, "heir", WhenPromoted);
        await TestCluster.WaitForCaughtUpAsync(heir, old);
        await heir.StopAsync();
        await old.Client.PutAsync("docs", "alone", "1");
        await old.StopAsync();
        _isPromoted = true;
        await heir.StartAsync();
        await heir.Client.PutAsync("docs", "after", "1");

        (isReplica, _newPrimary) = (true, heir.Address);
        await old.StartAsync();

        await TestCluster.WaitForCaughtUpAsync(old, heir);
        Assert.False((await old.Client.GetAsync("docs", "alone")).Found);
        Assert.True((await old.Client.GetAsync("docs", "after")).Found);
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(old.Data, "lost")));
    }

    private void WhenPromoted(NodeOptions options)
    {
        if (!_isPromoted) return;
        options.Role = NodeRole.Primary;
        options.Primary = string.Empty;
    }

    private async Task PromoteAsync(TestNode primary, TestNode heir)
    {
        await primary.StopAsync();
        await heir.StopAsync();
        _isPromoted = true;
        await heir.StartAsync();
    }
}
