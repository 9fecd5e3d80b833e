using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Replication.Client;
using Replication.Core.Indexes;
using Replication.Core.Transactions;
using Replication.Node.Embedding;
using Replication.Testing;
using ClientPhase = Replication.Client.IndexPhase;
using ClientTransaction = Replication.Client.Transaction;
using ClientValue = Replication.Client.IndexValue;
using IndexValue = Replication.Core.Indexes.IndexValue;

namespace Replication.Node.Tests;

/// <summary>Secondary indexes over real connections and files.</summary>
public sealed class IndexTests
{
    private sealed record Customer(string Name, string Country);

    [Fact]
    public async Task An_index_is_built_while_writes_go_on_and_answers_the_same_on_every_node()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await LoadAsync(primary, "early", 5_000);
        var replica = await cluster.ReplicaAsync(primary);

        var created = await primary.Client.CreateIndexAsync("docs", "n", "at.n");
        var writing = LoadAsync(primary, "late", 300);
        var index = await primary.Client.WaitForIndexAsync("docs", "n", created);
        await writing;
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        Assert.Equal((ClientPhase.Ready, string.Empty), (index.Phase, index.Failure));
        var query = new QueryOptions { From = ClientValue.Of(7L), To = ClientValue.Of(9L) };
        var onPrimary = await KeysAsync(primary.Client, query);
        Assert.Equal(1_060, onPrimary.Count);
        Assert.Equal(onPrimary, await KeysAsync(replica.Client, query));
        AssertRight(primary, replica);
    }

    [Fact]
    public async Task Pages_of_a_query_show_one_state_and_go_on_where_the_last_one_ended()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await LoadAsync(primary, "k", 4_000);
        await primary.Client.WaitForIndexAsync("docs", "n", await primary.Client.CreateIndexAsync("docs", "n", "at.n"));
        var all = await KeysAsync(primary.Client, new QueryOptions());

        var pages = 0;
        var streamed = new List<string>();
        await foreach (var page in primary.Client.QueryPagesAsync("docs", "n"))
        {
            if (pages++ == 0) await primary.Client.CommitAsync(new ClientTransaction().Delete("docs", "k3999").Put("docs", "new", """{"at":{"n":9}}"""));
            streamed.AddRange(page.Records.Select(record => record.Key));
        }
        var continued = new List<string>();
        ReadOnlyMemory<byte> continuation = default;
        do
        {
            var options = new QueryOptions { Limit = 700, Continuation = continuation };
            continuation = default;
            await foreach (var page in primary.Client.QueryPagesAsync("docs", "n", options))
            {
                continued.AddRange(page.Records.Select(record => record.Key));
                continuation = page.Continuation;
            }
        }
        while (!continuation.IsEmpty);

        Assert.True(pages > 1);
        Assert.Equal(all, streamed);
        Assert.Equal(all.Where(key => key != "k3999").Append("new"), continued);
    }

    [Fact]
    public async Task Of_two_clients_that_want_one_value_one_gets_it()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.CreateCollectionAsync("docs");
        await primary.Client.WaitForIndexAsync("docs", "mail", await primary.Client.CreateIndexAsync("docs", "mail", "mail", isUnique: true));

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
            primary.Client.CommitAsync(new ClientTransaction().Put("docs", $"k{number}", $$"""{"mail":"m{{number % 4}}"}"""))));

        Assert.Equal(4, results.Count(result => result.IsCommitted));
        Assert.All(results.Where(result => !result.IsCommitted), result => Assert.Equal(ReplicationErrorCode.UniqueViolation, result.Rejection!.Code));
        AssertRight(primary);
    }

    [Fact]
    public async Task A_building_that_fails_says_why_on_every_node_until_the_index_is_dropped()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.CommitAsync(new ClientTransaction().Put("docs", "a", """{"mail":1}""").Put("docs", "b", """{"mail":1.0}"""));
        var replica = await cluster.ReplicaAsync(primary);

        var failed = await primary.Client.WaitForIndexAsync("docs", "mail", await primary.Client.CreateIndexAsync("docs", "mail", "mail", isUnique: true));
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        Assert.Equal(ClientPhase.Failed, failed.Phase);
        Assert.Contains("Records 'a' and 'b' have the same value", failed.Failure, StringComparison.Ordinal);
        Assert.Equal(failed, Assert.Single(await replica.Client.ListIndexesAsync()));
        Assert.Equal(ReplicationErrorCode.IndexFailed, (await FailureAsync(replica, "docs", "mail")).Code);
        await primary.Client.DropIndexAsync("docs", "mail");
        Assert.Empty(await primary.Client.ListIndexesAsync("docs"));
        Assert.Equal(ReplicationErrorCode.UnknownIndex, (await FailureAsync(primary, "docs", "mail")).Code);
        Assert.Equal(ReplicationErrorCode.UnknownCollection, (await FailureAsync(primary, "nowhere", "mail")).Code);
        Assert.Equal(ReplicationErrorCode.UnknownIndex, (await Assert.ThrowsAsync<ReplicationException>(() => primary.Client.DropIndexAsync("docs", "mail"))).Code);
    }

    [Fact]
    public async Task An_index_is_there_after_a_restart_from_log_or_snapshot_and_on_a_replica_that_begins_from_one()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await LoadAsync(primary, "k", 500);
        await primary.Client.WaitForIndexAsync("docs", "n", await primary.Client.CreateIndexAsync("docs", "n", "at.n"));
        var keys = await KeysAsync(primary.Client, new QueryOptions());
        await RestartAsync(primary);
        Assert.Equal(keys, await KeysAsync(primary.Client, new QueryOptions()));

        await primary.Client.TakeSnapshotAsync();
        await RestartAsync(primary);
        var replica = await cluster.ReplicaAsync(primary);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        Assert.Equal(keys, await KeysAsync(primary.Client, new QueryOptions()));
        Assert.Equal(keys, await KeysAsync(replica.Client, new QueryOptions()));
        AssertRight(primary, replica);
    }

    [Fact]
    public async Task The_application_queries_its_own_memory()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var database = primary.Services.GetRequiredService<IDatabase>();
        var outcome = await database.CommitAsync(tx => tx
            .Put("customers", "ada", new Customer("Ada", "GB"))
            .Put("customers", "adele", new Customer("Adele", "FR"))
            .Put("customers", "alan", new Customer("Alan", "GB"))
            .CreateIndex("customers", "country", "country"));
        var created = Assert.IsType<CommitOutcome.Committed>(outcome).Position;
        await primary.Client.WaitForIndexAsync("customers", "country", new LogPosition(created.Epoch.Number, (ulong)created.Index));

        using var view = database.OpenView();
        Assert.Equal(["ada", "alan"], view.Query<Customer>("customers", "country", new IndexRequest { EqualTo = IndexValue.Of("GB") }).Select(found => found.Key));
        Assert.Equal(["Adele", "Ada", "Alan"], view.Query<Customer>("customers", "country", new IndexRequest()).Select(found => found.Value.Name));
        Assert.Empty(view.Query<Customer>("nothing", "country", new IndexRequest()));
        Assert.Null(Assert.Throws<IndexNotReadyException>(() => view.Query<Customer>("customers", "name", new IndexRequest())).Phase);
        Assert.Throws<ArgumentException>(() => view.Query<Customer>("customers", "country", new IndexRequest { EqualTo = IndexValue.Number("x") }));
        await database.CommitAsync(tx => tx.DropIndex("customers", "country"));
        Assert.Equal(3, view.Query<Customer>("customers", "country", new IndexRequest()).Count());
    }

    [Fact]
    public async Task Requests_that_are_none_are_refused()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "a", "{}");
        await primary.Client.WaitForIndexAsync("docs", "n", await primary.Client.CreateIndexAsync("docs", "n", "n"));

        Assert.Equal(ReplicationErrorCode.InvalidArgument, (await FailureAsync(primary, "docs", "n", new QueryOptions { EqualTo = ClientValue.Number("1,5") })).Code);
        Assert.Equal(ReplicationErrorCode.InvalidArgument, (await FailureAsync(primary, "docs", "n", new QueryOptions { EqualTo = ClientValue.Null, Prefix = "a" })).Code);
        Assert.Equal(ReplicationErrorCode.IndexExists, (await Assert.ThrowsAsync<ReplicationException>(() => primary.Client.CreateIndexAsync("docs", "n", "m"))).Code);
        Assert.Equal(ReplicationErrorCode.InvalidArgument, (await Assert.ThrowsAsync<ReplicationException>(() => primary.Client.CreateIndexAsync("docs", "m", "a..b"))).Code);
    }

    private static async Task RestartAsync(TestNode node)
    {
        await node.StopAsync();
        await node.StartAsync();
    }

    private static Task LoadAsync(TestNode node, string prefix, int records) => Task.WhenAll(Enumerable.Range(0, records).Chunk(100).Select(async numbers =>
    {
        var transaction = new ClientTransaction();
        foreach (var number in numbers)
            transaction.Put("docs", string.Create(CultureInfo.InvariantCulture, $"{prefix}{number:0000}"), $$"""{"at":{"n":{{number % 10}}},"text":"{{new string('x', 100)}}"}""");
        (await node.Client.CommitAsync(transaction)).EnsureCommitted();
    }));

    private static async Task<List<string>> KeysAsync(ReplicationClient client, QueryOptions options)
    {
        var keys = new List<string>();
        await foreach (var record in client.QueryAsync("docs", "n", options)) keys.Add(record.Key);
        return keys;
    }

    private static Task<ReplicationException> FailureAsync(TestNode node, string collection, string index, QueryOptions? options = null) =>
        Assert.ThrowsAsync<ReplicationException>(async () =>
        {
            await foreach (var record in node.Client.QueryAsync(collection, index, options)) Assert.Fail($"It found {record.Key}.");
        });

    private static void AssertRight(params TestNode[] nodes) => Assert.All(nodes, node =>
    {
        using var view = node.Database.OpenView();
        Assert.Null(IndexCheck.Difference(view));
    });
}
