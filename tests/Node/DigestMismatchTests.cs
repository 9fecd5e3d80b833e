using Replication.Client;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Node.Embedding;
using Replication.Node.Roles;
using Replication.Node.Tests.Fixture;
using Replication.Testing;

namespace Replication.Node.Tests;

/// <summary>A digest in the log does not agree: with a replica's memory, which was wrong, or with everybody, because the primary's was.</summary>
public sealed class DigestMismatchTests
{
    [Fact]
    public async Task A_replica_whose_memory_changed_replaces_it_from_its_own_files_and_follows_on()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await WriteAsync(primary, replica);
        ChangedMemory.Flip(replica, "docs", "k1");

        await primary.Client.PutAsync("docs", "k1", "2"); // The digest goes on from a value that was never there.
        await primary.Client.TakeSnapshotAsync();

        await Eventually.HoldsAsync("the replica has replaced its memory", () => replica.Status.Counters.MemoryReplaced == 1);
        await primary.Client.PutAsync("docs", "after", "3");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal((1L, null), (replica.Status.Counters.SnapshotsInstalled, replica.Status.Hold));
        Assert.Equal(DigestStanding.Sound, replica.Database.Standing);
    }

    [Fact]
    public async Task While_its_memory_is_doubted_a_replica_shows_nothing_and_says_so()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await UntilAsync(clock, "it streams", () => replica.Node.State == NodeState.Streaming);
        // The clock stands still: with these entries every heartbeat has come, and no other one is sent that would end the session.
        await WriteAsync(primary, replica);
        var shown = replica.Database.State;

        link.Stall();
        replica.Database.Doubt(shown.Position);

        var refusal = await Assert.ThrowsAsync<ReplicationException>(() => replica.Client.GetAsync("docs", "k1"));
        Assert.Equal(ReplicationErrorCode.Loading, refusal.Code);
        Assert.Contains("did not agree with a digest", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<DataWithheldException>(() => ((IDatabase)replica.Services.GetService(typeof(IDatabase))!).OpenView());
        await Assert.ThrowsAsync<ReplicationException>(() => replica.Client.TakeSnapshotAsync());
        Assert.Contains("shows nothing for now", replica.Status.NotReadyReason, StringComparison.Ordinal);

        link.Cut();
        link.Resume();
        link.Restore();
        await UntilAsync(clock, "it streams again", () => replica.Status.Counters.MemoryReplaced > 0 && replica.Node.State == NodeState.Streaming);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(1, replica.Status.Counters.MemoryReplaced);
    }

    [Fact]
    public async Task A_replica_that_finds_its_memory_changed_while_it_writes_a_snapshot_replaces_it()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await WriteAsync(primary, replica);
        ChangedMemory.Flip(replica, "docs", "k1");

        var refusal = await Assert.ThrowsAsync<ReplicationException>(() => replica.Client.TakeSnapshotAsync());

        Assert.Contains("its memory changed", refusal.Message, StringComparison.Ordinal);
        await Eventually.HoldsAsync("the replica has replaced its memory", () => replica.Status.Counters.MemoryReplaced == 1);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal("1"u8.ToArray(), (await replica.Client.GetAsync("docs", "k1")).Value.ToArray());
        Assert.Equal(primary.Database.State.Index, (long)(await replica.Client.TakeSnapshotAsync()).Position.Index);
    }

    [Fact]
    public async Task When_the_primarys_memory_is_wrong_replicas_hold_where_they_agreed_and_never_begin_anew()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        var relayed = await cluster.ReplicaAsync(replica, "relayed");
        await WriteAsync(primary, replica);
        var agreed = (await primary.Client.TakeSnapshotAsync()).Position;
        await TestCluster.WaitForCaughtUpAsync(relayed, primary);

        ChangedMemory.Flip(primary, "docs", "k1");
        await primary.Client.PutAsync("docs", "k1", "2");
        var wrong = await primary.Client.LogDigestAsync();
        await Assert.ThrowsAsync<ReplicationException>(() => primary.Client.TakeSnapshotAsync());

        foreach (var node in new[] { replica, relayed }) await HoldsAsync(node, (long)agreed.Index, (long)wrong.Index);
        await primary.Client.PutAsync("docs", "k2", "3");
        await replica.StopAsync();
        await replica.StartAsync();
        await HoldsAsync(replica, (long)agreed.Index, (long)wrong.Index);
        Assert.Equal("1"u8.ToArray(), (await replica.Client.GetAsync("docs", "k1")).Value.ToArray());
        Assert.Equal(0, replica.Status.Counters.SnapshotsInstalled);
        Assert.Equal(1, relayed.Status.Counters.SnapshotsInstalled);

        await primary.StopAsync();
        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => primary.StartAsync());
        Assert.Contains("must not write on", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_that_is_started_from_an_empty_directory_begins_anew_and_holds_again_while_the_primary_is_the_wrong_one()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await WriteAsync(primary, replica);
        ChangedMemory.Flip(primary, "docs", "k1");
        await primary.Client.PutAsync("docs", "k1", "2");
        await primary.Client.LogDigestAsync();
        await Eventually.HoldsAsync("the replica holds", () => replica.Node.State == NodeState.Holding);

        await replica.StopAsync();
        Directory.Delete(replica.Data, recursive: true);
        await replica.StartAsync();

        await Eventually.HoldsAsync("the replica holds again", () => replica.Node.State == NodeState.Holding);
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
    }

    private static Task UntilAsync(ManualClock clock, string what, Func<bool> condition) => Eventually.HoldsAsync(what, () =>
    {
        if (condition()) return true;
        clock.Advance(TimeSpan.FromMilliseconds(100));
        return false;
    });

    private static async Task WriteAsync(TestNode primary, TestNode replica)
    {
        for (var i = 0; i < 10; i++) await primary.Client.PutAsync("docs", $"k{i}", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
    }

    private static async Task HoldsAsync(TestNode node, long agreed, long wrong)
    {
        await Eventually.HoldsAsync($"{node.Name} holds", () => node.Node.State == NodeState.Holding);
        var status = node.Status;
        Assert.Equal((agreed, agreed, wrong), (status.AppliedIndex, status.Hold!.Agreed.Index, status.Hold.Position.Index));
        Assert.NotEqual(status.Hold.LoggedDigest, status.Hold.OwnDigest);
        Assert.Contains("holds at", status.NotReadyReason, StringComparison.Ordinal);
    }
}
