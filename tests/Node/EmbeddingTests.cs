using Microsoft.Extensions.DependencyInjection;
using Replication.Core.Transactions;
using Replication.Node.Embedding;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class EmbeddingTests
{
    private sealed record Customer(string Name, string Country);

    [Fact]
    public async Task The_application_reads_what_it_committed_from_its_own_memory()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var database = primary.Services.GetRequiredService<IDatabase>();

        var outcome = await database.CommitAsync(tx => tx
            .Put("customers", "ada", new Customer("Ada", "GB"))
            .Put("customers", "adele", new Customer("Adele", "FR"))
            .Put("orders", "1", new Customer("of Ada", "GB")));

        Assert.IsType<CommitOutcome.Committed>(outcome);
        Assert.Equal(new Customer("Ada", "GB"), database.Get<Customer>("customers", "ada"));
        Assert.Null(database.Get<Customer>("customers", "nobody"));
        Assert.Null(database.Get<Customer>("nothing", "ada"));
    }

    [Fact]
    public async Task Commits_stand_in_the_log_in_the_order_in_which_they_were_asked_for_whoever_asks_for_most()
    {
        await using var cluster = new TestCluster();
        var database = (await cluster.PrimaryAsync()).Services.GetRequiredService<IDatabase>();

        // One caller asks for a thousand between each two of the other, and waits for none of them.
        var asked = new List<Task<CommitOutcome>>();
        for (var number = 0; number < 8 * 1_001; number++)
        {
            var caller = number % 1_001 == 1_000 ? "modest" : "greedy";
            asked.Add(database.CommitAsync(tx => tx.Put(caller, $"{number}", new Customer(caller, "GB"))));
        }
        var outcomes = await Task.WhenAll(asked);

        var indexes = outcomes.Select(outcome => Assert.IsType<CommitOutcome.Committed>(outcome).Position.Index).ToList();
        Assert.All(indexes.Zip(indexes.Skip(1)), pair => Assert.True(pair.First < pair.Second, $"{pair.Second} was asked for behind {pair.First}"));
    }

    [Fact]
    public async Task A_view_stays_as_it_is_while_commits_go_on()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var database = primary.Services.GetRequiredService<IDatabase>();
        await database.CommitAsync(tx => tx.Put("customers", "ada", new Customer("Ada", "GB")));
        using var view = database.OpenView();

        await database.CommitAsync(tx => tx.Put("customers", "ada", new Customer("Ada", "FR")).Put("customers", "adele", new Customer("Adele", "FR")));

        Assert.Equal("GB", view.Get<Customer>("customers", "ada")!.Country);
        Assert.Equal(["ada"], view.Scan<Customer>("customers").Select(item => item.Key));
        Assert.Equal(["ada", "adele"], database.OpenView().Scan<Customer>("customers", "ad").Select(item => item.Key));
    }

    [Fact]
    public async Task On_a_replica_reads_are_local_and_commits_are_told_where_to_go()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Services.GetRequiredService<IDatabase>().CommitAsync(tx => tx.Put("customers", "ada", new Customer("Ada", "GB")));
        var replica = await cluster.ReplicaAsync(primary);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        var database = replica.Services.GetRequiredService<IDatabase>();

        var outcome = await database.CommitAsync(tx => tx.Delete("customers", "ada"));

        Assert.Equal("Ada", database.Get<Customer>("customers", "ada")!.Name);
        var rejected = Assert.IsType<CommitOutcome.Rejected>(outcome);
        Assert.Equal(RejectionReason.NotPrimary, rejected.Reason);
        Assert.Contains(primary.Node.Address, rejected.Message, StringComparison.Ordinal);
    }
}
