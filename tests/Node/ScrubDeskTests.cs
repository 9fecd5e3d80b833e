using Replication.Client;
using Replication.Node.Roles;
using Replication.Node.Tests.Fixture;
using Replication.Testing;

namespace Replication.Node.Tests;

/// <summary>A node's part in a scrub: what it keeps, for whom, and for how long.</summary>
public sealed class ScrubDeskTests
{
    [Fact]
    public async Task One_scrub_at_a_time_and_one_that_was_given_up_ends_by_itself()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        await primary.Client.BeginScrubAsync(scrub: 1);
        var at = await primary.Client.LogDigestAsync();

        Assert.Equal(ReplicationErrorCode.Busy, (await Assert.ThrowsAsync<ReplicationException>(() => primary.Client.BeginScrubAsync(scrub: 2))).Code);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(at, Position(await primary.Client.RangeDigestsAsync(1, at, TimeSpan.Zero)));
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1UL, (await primary.Client.RangeDigestsAsync(1, at, TimeSpan.Zero, [0, 255])).Records);
        clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(ReplicationErrorCode.NotFound, (await Assert.ThrowsAsync<ReplicationException>(() => primary.Client.RangeDigestsAsync(1, at, TimeSpan.Zero))).Code);
        Assert.False(primary.Database.Digests.States.IsKeeping);
        await primary.Client.BeginScrubAsync(scrub: 2);
        await primary.Client.EndScrubAsync(scrub: 1);
        Assert.True(primary.Database.Digests.States.IsKeeping);
        await primary.Client.EndScrubAsync(scrub: 2);
        Assert.False(primary.Database.Digests.States.IsKeeping);
    }

    [Fact]
    public async Task Questions_beyond_the_bounds_are_refused()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await primary.Client.PutAsync("docs", "k", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await primary.Client.BeginScrubAsync(1);
        var at = await primary.Client.LogDigestAsync();
        async Task RefusedAsync(ReplicationErrorCode code, Func<Task> question) => Assert.Equal(code, (await Assert.ThrowsAnyAsync<ReplicationException>(question)).Code);

        await RefusedAsync(ReplicationErrorCode.NotPrimary, () => replica.Client.LogDigestAsync());
        await RefusedAsync(ReplicationErrorCode.InvalidArgument, () => primary.Client.BeginScrubAsync(0));
        await RefusedAsync(ReplicationErrorCode.InvalidArgument, () => primary.Client.RangeDigestsAsync(1, at, TimeSpan.Zero, [256]));
        await RefusedAsync(ReplicationErrorCode.InvalidArgument, () => primary.Client.RangeDigestsAsync(1, at, TimeSpan.Zero, Enumerable.Range(0, 65)));
        await RefusedAsync(ReplicationErrorCode.InvalidArgument, async () => await primary.Client.RangeRecordsAsync(1, at, new byte[10]).GetAsyncEnumerator().MoveNextAsync());
        await RefusedAsync(ReplicationErrorCode.NotFound, () => primary.Client.RangeDigestsAsync(7, at, TimeSpan.Zero));
        await RefusedAsync(ReplicationErrorCode.NotFound, () => primary.Client.RangeDigestsAsync(1, at with { Index = at.Index - 2 }, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_node_that_holds_takes_no_part()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await primary.Client.PutAsync("docs", "k", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        ChangedMemory.Flip(primary, "docs", "k");
        await primary.Client.PutAsync("docs", "k", "2");
        await primary.Client.LogDigestAsync();
        await Eventually.HoldsAsync("the replica holds", () => replica.Node.State == NodeState.Holding);

        var refusal = await Assert.ThrowsAsync<ReplicationException>(() => replica.Client.BeginScrubAsync(1));

        Assert.Equal(ReplicationErrorCode.Holding, refusal.Code);
    }

    private static LogPosition Position(Protos.V1.RangeDigestsResponse answer) => new(answer.At.Epoch, answer.At.Index);
}
