using Microsoft.Extensions.DependencyInjection;
using Replication.Client;
using Replication.Core.Transactions;
using Replication.Node.Embedding;
using Replication.Node.Options;
using Replication.Node.Roles;
using Replication.Testing;
using LogPosition = Replication.Core.Positions.LogPosition;
using Transaction = Replication.Client.Transaction;

namespace Replication.Node.Tests;

/// <summary>Requests that are asked again: of the same node, of itself after a restart, of the next primary.</summary>
public sealed class RetryTests
{
    private bool _isPromoted;

    [Fact]
    public async Task A_request_asked_again_is_answered_as_it_was_also_after_a_restart_and_behind_a_snapshot()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var first = await AskAsync(primary, "request");
        await AskAsync(primary, "another");

        Assert.Equal(first, await AskAsync(primary, "request"));
        await primary.StopAsync();
        await primary.StartAsync();
        Assert.Equal(first, await AskAsync(primary, "request"));
        await primary.Client.TakeSnapshotAsync();
        await primary.StopAsync();
        await primary.StartAsync();

        Assert.Equal(first, await AskAsync(primary, "request"));
        Assert.Equal("\"request\"", System.Text.Encoding.UTF8.GetString((await primary.Client.GetAsync("docs", "request")).Value.Span));
        Assert.Equal(2, primary.Database.State.Requests.Count);
    }

    [Fact]
    public async Task A_request_asked_again_of_the_next_primary_is_answered_as_it_was()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var before = await AskAsync(primary, "before the replica");
        var heir = await cluster.ReplicaAsync(primary, "heir", WhenPromoted); // begins from a snapshot
        await TestCluster.WaitForCaughtUpAsync(heir, primary);
        var streamed = await AskAsync(primary, "streamed to the replica");
        await TestCluster.WaitForCaughtUpAsync(heir, primary);
        Assert.Equal(primary.Database.State.Digest, heir.Database.State.Digest);

        await primary.StopAsync();
        await heir.StopAsync();
        _isPromoted = true;
        await heir.StartAsync();

        Assert.Equal(before, await AskAsync(heir, "before the replica"));
        Assert.Equal(streamed, await AskAsync(heir, "streamed to the replica"));
    }

    [Fact]
    public async Task The_application_around_a_node_names_requests_and_asks_again()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var database = primary.Services.GetRequiredService<IDatabase>();
        Task<CommitOutcome> AddAsync() => database.CommitAsync(tx => tx.PutBytes("docs", "once", "1"u8.ToArray(), Precondition.Absent).WithRequestId("request"u8.ToArray(), LogPosition.Start));

        var first = Assert.IsType<CommitOutcome.Committed>(await AddAsync());

        Assert.Equal(first, await AddAsync());
    }

    [Fact]
    public async Task A_request_older_than_the_memory_is_told_so_and_not_executed()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var known = await AskAsync(primary, "old");
        var database = primary.Services.GetRequiredService<IDatabase>();
        var commits = Enumerable.Range(0, RequestMemory.DefaultCapacity)
            .Select(i => database.CommitAsync(tx => tx.PutBytes("load", $"k{i % 100}", "1"u8.ToArray()).WithRequestId(BitConverter.GetBytes(i))));
        foreach (var some in commits.Chunk(10_000)) Assert.All(await Task.WhenAll(some), outcome => Assert.IsType<CommitOutcome.Committed>(outcome));

        var forgotten = await Assert.ThrowsAsync<CommitForgottenException>(() => primary.Client.CommitAsync(Put("old", "again").WithRequestId("old"u8, new(1, 1))));

        Assert.Equal(primary.Database.State.Index, (long)forgotten.Newest.Index);
        Assert.Contains("not executed now", forgotten.Message, StringComparison.Ordinal);
        Assert.Equal(known, (await primary.Client.GetAsync("docs", "old")).Written);
        // Its newest neighbour is remembered, and what was first sent behind what is forgotten is decided.
        var newest = BitConverter.GetBytes(RequestMemory.DefaultCapacity - 1);
        var last = await primary.Client.CommitAsync(Put("old", "again").WithRequestId(newest, new(1, 1)));
        Assert.Equal("\"old\"", System.Text.Encoding.UTF8.GetString((await primary.Client.GetAsync("docs", "old")).Value.Span));
        Assert.True(last.IsCommitted);
        Assert.True((await primary.Client.CommitAsync(Put("old", "new").WithRequestId("new"u8, forgotten.Newest))).IsCommitted);
    }

    private static Transaction Put(string key, string value) => new Transaction().Put("docs", key, $"\"{value}\"");

    // Under a condition that holds only once: whoever executes it again rejects it.
    private static async Task<Client.LogPosition> AskAsync(TestNode node, string request)
    {
        var transaction = new Transaction().Put("docs", request, $"\"{request}\"", Condition.Absent);
        return (await node.Client.CommitAsync(transaction.WithRequestId(System.Text.Encoding.UTF8.GetBytes(request)))).EnsureCommitted();
    }

    private void WhenPromoted(NodeOptions options)
    {
        if (!_isPromoted) return;
        options.Role = NodeRole.Primary;
        options.Primary = string.Empty;
    }
}
