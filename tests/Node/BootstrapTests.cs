using Replication.Core.Transactions;
using Replication.Node.Roles;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class BootstrapTests
{
    /// <summary>Ten replicas and four transfers at once: who has to wait comes back after 1 to 60 s.</summary>
    private static readonly TimeSpan Queue = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A33_Ten_replicas_that_begin_together_share_one_snapshot_under_write_load()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        for (var i = 0; i < 40; i++) await primary.Client.PutAsync("docs", $"k{i}", $"\"{new string('x', 100_000)}\"");
        using var stop = new CancellationTokenSource();
        var load = Fixture.Load.RunAsync(primary.Client, writers: 2, stop.Token);

        var replicas = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => cluster.ReplicaAsync(primary, $"replica-{number}", cancellation: CancellationToken.None)));
        foreach (var replica in replicas) await Eventually.HoldsAsync($"{replica.Name} streams", () => replica.Node.State == NodeState.Streaming, Queue, cancellation: CancellationToken.None);
        await stop.CancelAsync();
        await load;

        foreach (var replica in replicas) await TestCluster.WaitForCaughtUpAsync(replica, primary, Queue, CancellationToken.None);
        Assert.Equal(1, primary.Status.Counters.SnapshotsWritten);
        Assert.All(replicas, replica => Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled));
    }

    [Fact]
    public async Task A32_Replicas_that_wait_for_one_snapshot_may_all_leave_and_the_next_one_still_gets_it()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        for (var i = 0; i < 40; i++) await primary.Client.PutAsync("docs", $"k{i}", $"\"{new string('x', 100_000)}\"");
        var link = cluster.LinkTo(primary);
        var first = await cluster.ReplicaAsync(primary, "first", link: link);
        var second = await cluster.ReplicaAsync(primary, "second", link: link);
        await Eventually.HoldsAsync("a snapshot was written for them", () => primary.Status.Counters.SnapshotsWritten == 1);

        await first.StopAsync();
        await second.StopAsync();
        var third = await cluster.ReplicaAsync(primary, "third");

        await TestCluster.WaitForCaughtUpAsync(third, primary);
        Assert.Equal(1, primary.Status.Counters.SnapshotsWritten);
        await primary.Client.PutAsync("docs", "after", "1");
        await first.StartAsync();
        await TestCluster.WaitForCaughtUpAsync(first, primary);
    }

    [Fact]
    public async Task A36_A_transaction_of_three_times_the_usual_message_limit_replicates_and_recovers()
    {
        const int value = 1024 * 1024 - 2;
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await Eventually.HoldsAsync("the replica streams", () => replica.Node.State == NodeState.Streaming);
        var large = System.Text.Encoding.ASCII.GetBytes($"\"{new string('x', value - 2)}\"");

        var outcome = await primary.Node.CommitAsync(
            new Transaction([.. Enumerable.Range(0, 12).Select(number => Operation.Put("large", System.Text.Encoding.ASCII.GetBytes($"k{number}"), large))]), CancellationToken.None);

        Assert.IsType<CommitOutcome.Committed>(outcome);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await replica.StopAsync();
        await primary.StopAsync();
        await primary.StartAsync();
        await replica.StartAsync();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(12, replica.Database.State.Records);
    }
}
