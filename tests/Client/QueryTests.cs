using Replication.Client.Tests.Fake;
using Contract = Replication.Protos.V1;

namespace Replication.Client.Tests;

public sealed class QueryTests
{
    [Fact]
    public async Task A_query_says_its_bounds_and_shows_every_page()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        for (var i = 0; i < 7; i++) await client.PutAsync("docs", $"k{i}", "0");
        var options = new QueryOptions { From = IndexValue.Of(1.5m), IsFromExclusive = true, To = IndexValue.Of("z"), IsToInclusive = true, Limit = 9, Continuation = new byte[] { 1 } };

        var keys = new List<string>();
        await foreach (var record in client.QueryAsync("docs", "by-n", options)) keys.Add(record.Key);

        Assert.Equal(["k0", "k1", "k2", "k3", "k4", "k5", "k6"], keys);
        var asked = node.Store.LastQuery!;
        Assert.Equal(("docs", "by-n", "1.5", true, "z", true, 9UL), (asked.Collection, asked.Index, asked.From.Number, asked.FromExclusive, asked.To.Text, asked.ToInclusive, asked.Limit));
        Assert.Equal((false, null, 1), (asked.HasPrefix, asked.EqualTo, asked.Continuation.Length));
    }

    [Fact]
    public async Task Every_kind_of_value_can_be_asked_for()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        await client.PutAsync("docs", "a", "0");
        var asked = new List<string>();
        foreach (var value in new[] { IndexValue.Null, IndexValue.Of(true), IndexValue.Of(-7L), IndexValue.Of(1e300), IndexValue.Of("5"), IndexValue.Number("5") })
        {
            await foreach (var _ in client.QueryAsync("docs", "n", new QueryOptions { EqualTo = value })) asked.Add(node.Store.LastQuery!.EqualTo.ToString());
        }
        await foreach (var _ in client.QueryAsync("docs", "n", new QueryOptions { Prefix = string.Empty })) asked.Add($"{node.Store.LastQuery!.HasPrefix}");

        Assert.Equal(["{ \"null\": true }", "{ \"boolean\": true }", "{ \"number\": \"-7\" }", "{ \"number\": \"1E+300\" }", "{ \"text\": \"5\" }", "{ \"number\": \"5\" }", "True"], asked);
    }

    [Fact]
    public async Task Waiting_for_an_index_goes_on_until_it_is_ready()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        node.Store.Indexes.Enqueue([new Contract.Index { Collection = "docs", Name = "n", Path = "n", Covered = 3, Records = 9 }]);
        node.Store.Indexes.Enqueue([new Contract.Index { Collection = "docs", Name = "n", Path = "n", Unique = true, Phase = Contract.Index.Types.Phase.Ready, Entries = 9, Records = 9 }]);
        var seen = new TaskCompletionSource<IndexSummary>();

        var waiting = client.WaitForIndexAsync("docs", "n", LogPosition.Parse("1/1"), new Reported(seen));
        Assert.Equal(3UL, (await Patience.WithinAsync(seen.Task)).Covered);

        Assert.Equal(new IndexSummary("docs", "n", "n", true, IndexPhase.Ready, 9, 0, 9, string.Empty), await Patience.WithinAsync(waiting));
    }

    [Fact]
    public async Task An_index_that_is_dropped_while_it_is_waited_for_is_an_error()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        node.Store.Indexes.Enqueue([]);

        var failure = await Assert.ThrowsAsync<ReplicationException>(() => client.WaitForIndexAsync("docs", "n", LogPosition.Parse("1/1")));

        Assert.Equal(ReplicationErrorCode.UnknownIndex, failure.Code);
    }

    private sealed class Reported(TaskCompletionSource<IndexSummary> seen) : IProgress<IndexSummary>
    {
        public void Report(IndexSummary value) => seen.TrySetResult(value);
    }
}
