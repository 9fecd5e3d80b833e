using System.Text;
using Replication.Client.Tests.Fake;
using Contract = Replication.Protos.V1;

namespace Replication.Client.Tests;

public sealed class ReadTests
{
    [Fact]
    public async Task A_read_says_what_it_found_where_that_was_written_and_how_old_it_is()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        var written = await client.PutAsync("docs", "a", "{\"n\":1}");

        var found = await client.GetAsync("docs", "a", new ReadOptions(written, TimeSpan.FromSeconds(1)));
        var absent = await client.GetAsync("docs", "b");

        Assert.True(found.Found);
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString(found.Value.Span));
        Assert.Equal(written, found.Written);
        Assert.Equal(TimeSpan.FromMilliseconds(250), found.Stamp.Age);
        Assert.False(absent.Found);
        Assert.True(absent.Value.IsEmpty);
    }

    [Fact]
    public async Task An_unknown_collection_is_an_error()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();

        var failure = await Assert.ThrowsAsync<ReplicationException>(() => client.GetAsync("nowhere", "a"));

        Assert.Equal(ReplicationErrorCode.UnknownCollection, failure.Code);
    }

    [Fact]
    public async Task Several_records_are_read_in_the_order_of_their_names()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        await client.CommitAsync(new Transaction().Put("docs", "a", "1").Put("docs", "c", "3"));

        var read = await client.BatchGetAsync([new("docs", "c"), new("docs", "b"), new("docs", "a")]);

        Assert.Equal([true, false, true], read.Items.Select(item => item.Found));
        Assert.Equal("3", Encoding.UTF8.GetString(read.Items[0].Value.Span));
    }

    [Fact]
    public async Task A_scan_shows_every_page_in_order()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        for (var i = 0; i < 8; i++) await client.PutAsync("docs", $"k{i}", "0");

        var all = await KeysAsync(client, null);
        var some = await KeysAsync(client, new ScanOptions { Prefix = "k", From = "k2", To = "k6" });
        var first = await KeysAsync(client, new ScanOptions { Limit = 2 });

        Assert.Equal(["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7"], all);
        Assert.Equal(["k2", "k3", "k4", "k5"], some);
        Assert.Equal(["k0", "k1"], first);
    }

    [Fact]
    public async Task A_limited_scan_says_where_to_go_on()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        for (var i = 0; i < 5; i++) await client.PutAsync("docs", $"k{i}", "0");
        ReadOnlyMemory<byte> continuation = default;

        await foreach (var page in client.ScanPagesAsync("docs", new ScanOptions { Limit = 3 })) continuation = page.Continuation;

        Assert.Equal(["k3", "k4"], await KeysAsync(client, new ScanOptions { Continuation = continuation }));
    }

    [Fact]
    public async Task A_scan_of_an_unknown_collection_is_an_error()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();

        var failure = await Assert.ThrowsAsync<ReplicationException>(() => KeysAsync(client, null));

        Assert.Equal(ReplicationErrorCode.UnknownCollection, failure.Code);
    }

    [Fact]
    public async Task A_scan_whose_next_page_does_not_come_in_time_finds_no_node()
    {
        await using var node = await FakeNode.StartAsync();
        var release = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        node.Store.BeforeRead = _ =>
        {
            arrived.TrySetResult();
            return release.Task;
        };
        var time = new ManualTime();
        await using var client = node.Client(options => options with { TimeProvider = time, Timeout = TimeSpan.FromSeconds(10) });

        var scan = KeysAsync(client, null);
        await Patience.WithinAsync(arrived.Task);
        time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<NodeUnavailableException>(() => Patience.WithinAsync(scan));
        release.SetResult();
    }

    [Fact]
    public async Task Collections_are_created_listed_and_dropped()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();

        await client.CreateCollectionAsync("pictures", CollectionKind.Bytes);
        await client.PutAsync("docs", "a", "1");
        var exists = await Assert.ThrowsAsync<ReplicationException>(() => client.CreateCollectionAsync("docs"));
        var listed = await client.ListCollectionsAsync();
        await client.DropCollectionAsync("pictures");

        Assert.Equal(ReplicationErrorCode.CollectionExists, exists.Code);
        Assert.Equal([new("docs", CollectionKind.Json, 1), new("pictures", CollectionKind.Bytes, 0)], listed);
        Assert.Equal("docs", Assert.Single(await client.ListCollectionsAsync()).Name);
    }

    [Fact]
    public async Task Operators_get_status_snapshot_and_digest()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();

        Contract.NodeStatus status = await client.StatusAsync();
        var snapshot = await client.TakeSnapshotAsync();
        var digest = await client.DigestAsync(new LogPosition(1, 5), TimeSpan.FromSeconds(1));

        Assert.Equal("primary", status.Role);
        Assert.Equal(2500ul, snapshot.Bytes);
        Assert.Equal(new DigestResult(new LogPosition(1, 5), "0123456789abcdef0123456789abcdef", 3), digest);
    }

    private static async Task<List<string>> KeysAsync(ReplicationClient client, ScanOptions? options)
    {
        var keys = new List<string>();
        await foreach (var record in client.ScanAsync("docs", options)) keys.Add(record.Key);
        return keys;
    }
}
