using Replication.Core.Database;
using Replication.Node.Roles;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class RetentionTests
{
    [Fact]
    public async Task A22_A_replica_away_for_longer_than_the_log_is_kept_gets_exactly_one_snapshot_and_is_live_again()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync(configure: options => options.RetainBytes = 2 * 1024 * 1024);
        var replica = await StoppedReplicaAsync(cluster, primary);

        await WriteAsync(primary, 60);
        await SnapshotTwiceAsync(primary);
        Assert.Equal(0, Assert.Single(primary.Status.Followers).BytesUntilDropped);
        await replica.StartAsync();

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
        await Eventually.HoldsAsync("the replica is live", () => replica.Node.State == NodeState.Streaming);
        await primary.Client.PutAsync("docs", "after", "2");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
    }

    [Fact]
    public async Task A29_The_log_is_kept_for_a_replica_within_its_budget_over_snapshots_and_a_restart_of_the_primary()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync(configure: options => options.RetainBytes = 64 * 1024 * 1024);
        var replica = await StoppedReplicaAsync(cluster, primary);

        await WriteAsync(primary, 60);
        await primary.StopAsync();
        await primary.StartAsync();
        await SnapshotTwiceAsync(primary);

        var away = Assert.Single(primary.Status.Followers);
        Assert.InRange(away.BytesUntilDropped!.Value, 1, 64 * 1024 * 1024);
        Assert.InRange(away.MillisUntilDropped!.Value, 1, TimeSpan.FromDays(1).TotalMilliseconds);
        await replica.StartAsync();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(0, replica.Status.Counters.SnapshotsInstalled);
    }

    [Fact]
    public async Task A29_Past_the_budget_the_disk_stays_bounded()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync(configure: options => options.RetainBytes = 2 * 1024 * 1024);
        await StoppedReplicaAsync(cluster, primary);

        for (var round = 0; round < 5; round++)
        {
            await WriteAsync(primary, 40);
            await SnapshotTwiceAsync(primary);
            Assert.InRange(LogBytes(primary), 0, 8 * 1024 * 1024);
        }
    }

    private static async Task<TestNode> StoppedReplicaAsync(TestCluster cluster, TestNode primary)
    {
        var replica = await cluster.ReplicaAsync(primary);
        await primary.Client.PutAsync("docs", "before", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await Eventually.HoldsAsync(
            "the primary knows that the replica has everything", () => primary.Status.Followers is [{ } follower] && follower.Durable == primary.Status.Durable.Index);
        await replica.StopAsync();
        return replica;
    }

    private static async Task WriteAsync(TestNode primary, int count)
    {
        for (var i = 0; i < count; i++) await primary.Client.PutAsync("docs", $"k{i}", $"\"{new string('x', 100_000)}\"");
    }

    // Log is removed up to the older of two snapshots.
    private static async Task SnapshotTwiceAsync(TestNode primary)
    {
        for (var i = 0; i < 2; i++)
        {
            await primary.Client.PutAsync("docs", "between", $"{i}");
            await primary.Node.Snapshots.TakeAsync(CancellationToken.None);
        }
    }

    private static long LogBytes(TestNode node) => Directory.EnumerateFiles(new DataLayout(node.Data).Log, "*.log").Sum(path => new FileInfo(path).Length);
}
