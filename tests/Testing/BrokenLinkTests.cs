using Replication.Client;
using Replication.Node.Roles;
using Replication.Testing.Tests.Fixture;

namespace Replication.Testing.Tests;

/// <summary>What becomes of a replica when the network between it and its upstream breaks.</summary>
public sealed class BrokenLinkTests
{
    private const int Cuts = 5;

    /// <summary>A replica's default.</summary>
    private static readonly TimeSpan SilenceTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A node's default.</summary>
    private const int LargestValue = 1024 * 1024;

    /// <summary>Far more than a stop takes, of which two waits of 3 s are a part, and less than the 30 s that a host gives one.</summary>
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task A21_A_link_cut_for_a_moment_under_load_resumes_without_a_snapshot()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await using var writers = new Writers(primary.Client, 2);
        await writers.WriteMoreAsync(50);
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await UntilStreamingAsync(replica);
        var snapshots = replica.Status.Counters.SnapshotsInstalled;
        var resumed = primary.Status.Counters.SessionsResumed;

        link.Cut();
        await UntilDisconnectedAsync(replica);
        await writers.WriteMoreAsync(50);
        link.Restore();

        await TestCluster.WaitForCaughtUpAsync(replica, primary); // the writers go on
        await writers.StopAsync();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(snapshots, replica.Status.Counters.SnapshotsInstalled);
        Assert.InRange(primary.Status.Counters.SessionsResumed, resumed + 1, long.MaxValue);
    }

    [Fact]
    public async Task A23_A_link_cut_and_restored_repeatedly_under_three_writers_leaves_equal_digests_and_needs_no_snapshot()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await UntilStreamingAsync(replica);
        var snapshots = replica.Status.Counters.SnapshotsInstalled;
        var resumed = primary.Status.Counters.SessionsResumed;
        await using var writers = new Writers(primary.Client, 3);

        for (var cut = 0; cut < Cuts; cut++)
        {
            await writers.WriteMoreAsync(30);
            link.Cut();
            await UntilDisconnectedAsync(replica);
            await writers.WriteMoreAsync(30);
            link.Restore();
            await TestCluster.WaitForCaughtUpAsync(replica, primary);
        }

        await writers.StopAsync();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(primary.Database.State.Digest, replica.Database.State.Digest);
        Assert.Equal(snapshots, replica.Status.Counters.SnapshotsInstalled);
        Assert.InRange(primary.Status.Counters.SessionsResumed, resumed + Cuts, long.MaxValue);
    }

    [Fact]
    public async Task A_replica_notices_the_silence_of_a_stalled_link_in_time_and_connects_again_once_it_goes_on()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await UntilStreamingAsync(replica);
        await primary.Client.PutAsync("docs", "before", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        var snapshots = replica.Status.Counters.SnapshotsInstalled;

        link.Stall();
        await primary.Client.PutAsync("docs", "meanwhile", "2");
        clock.Advance(SilenceTimeout - TimeSpan.FromTicks(1));
        Assert.True(replica.Status.Upstream!.Connected);
        // What the replica had already received it may read only now, and is patient from then on.
        await Eventually.HoldsAsync("the replica gives the session up", () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return replica.Node.State == NodeState.Connecting && replica.Status.Upstream!.LastError.Contains("nothing came for 5 s", StringComparison.Ordinal);
        });
        Assert.False((await replica.Client.GetAsync("docs", "meanwhile")).Found);

        link.Resume();
        await Eventually.HoldsAsync("the replica streams again", () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return replica.Node.State == NodeState.Streaming;
        });
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.True((await replica.Client.GetAsync("docs", "meanwhile")).Found);
        Assert.Equal(snapshots, replica.Status.Counters.SnapshotsInstalled);
    }

    [Fact]
    public async Task A_slow_link_makes_a_replica_late_and_nothing_else()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        link.Delay(TimeSpan.FromMilliseconds(50));
        await primary.Client.PutAsync("docs", "before", "1"); // before it has an entry the primary asks a replica to try again
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await using var writers = new Writers(primary.Client, 3);

        await writers.WriteMoreAsync(100);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await writers.StopAsync();

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Empty(replica.Status.Upstream!.LastError);
        Assert.InRange(replica.Status.Counters.EntriesApplied, 1, long.MaxValue);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24 * 1024 * 1024)] // more than the network and both ends of it hold: the session is in the middle of a write
    public async Task A_primary_stops_soon_when_a_replica_is_behind_a_stalled_link_and_loses_nothing(int bytes)
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await primary.Client.CreateCollectionAsync("blobs", CollectionKind.Bytes);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await UntilStreamingAsync(replica);

        link.Stall();
        for (var key = 0; key * LargestValue < bytes; key++) await primary.Client.PutAsync("blobs", $"{key}", new byte[Math.Min(bytes, LargestValue)]);
        var committed = primary.Database.State.Index;
        await primary.StopAsync().WaitAsync(StopBound);

        await primary.StartAsync();
        Assert.InRange(primary.Database.State.Index, committed, long.MaxValue);
        link.Resume();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
    }

    [Fact]
    public async Task A_replica_stops_soon_behind_a_stalled_link()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await UntilStreamingAsync(replica);

        link.Stall();
        await replica.StopAsync().WaitAsync(StopBound);

        await replica.StartAsync();
        link.Resume();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
    }

    private static Task UntilStreamingAsync(TestNode replica) => Eventually.HoldsAsync(
        $"{replica.Name} streams", () => replica.Node.State == NodeState.Streaming, lastSeen: () => $"it is {replica.Node.State}");

    private static Task UntilDisconnectedAsync(TestNode replica) => Eventually.HoldsAsync(
        $"{replica.Name} says that it is disconnected", () => !replica.Status.Upstream!.Connected);
}
