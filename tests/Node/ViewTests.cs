using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Replication.Client;
using Replication.Core.Records;
using Replication.Core.Transactions;
using Replication.Node.Embedding;
using Replication.Node.Tests.Fixture;
using Replication.Protos.V1;
using Replication.Testing;
using NodeOperation = Replication.Core.Transactions.Operation;

namespace Replication.Node.Tests;

/// <summary>What is open for too long, and what takes too much memory.</summary>
public sealed class ViewTests
{
    private sealed record Note(string Text);

    [Fact]
    public async Task A_view_that_is_open_for_too_long_is_closed_and_says_so_and_a_new_one_is_as_good_as_ever()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync(configure: options => options.MaxViewAge = TimeSpan.FromMinutes(2));
        var database = primary.Services.GetRequiredService<IDatabase>();
        await database.CommitAsync(tx => tx.Put("notes", "a", new Note("1")).Put("notes", "b", new Note("2")));
        using var old = database.OpenView();
        using var scan = old.Scan<Note>("notes").GetEnumerator();
        Assert.True(scan.MoveNext());
        clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal("1", old.Get<Note>("notes", "a")!.Text);

        clock.Advance(TimeSpan.FromSeconds(40));

        Assert.Throws<ViewExpiredException>(() => old.Get<Note>("notes", "a"));
        Assert.Throws<ViewExpiredException>(() => scan.MoveNext());
        Assert.Contains("MaxViewAge", Assert.Throws<ViewExpiredException>(() => old.GetBytes("notes", "a")).Message, StringComparison.Ordinal);
        Assert.Equal("1", database.Get<Note>("notes", "a")!.Text);
        using var fresh = database.OpenView();
        Assert.Equal(["a", "b"], fresh.Scan<Note>("notes").Select(note => note.Key));
    }

    [Fact]
    public async Task Status_and_metrics_tell_what_memory_is_taken_and_which_views_are_open()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync(configure: options => options.MaxMemoryBytes = 64 * 1024 * 1024);
        var database = primary.Services.GetRequiredService<IDatabase>();
        await database.CommitAsync(tx => tx.Put("notes", "a", new Note(new string('x', 100_000))));
        using var old = database.OpenView();
        clock.Advance(TimeSpan.FromSeconds(90));
        using var young = database.OpenView();

        using var channel = GrpcChannel.ForAddress(primary.Address);
        var status = await new Cluster.ClusterClient(channel).StatusAsync(new StatusRequest());
        var metrics = await Metrics.OfAsync(primary);
        old.Dispose();

        Assert.Equal((64UL * 1024 * 1024, 2U, 90_000UL), (status.MemoryLimitBytes, status.OpenViews, status.OldestViewMillis));
        Assert.Equal((double)status.MemoryBytes, metrics["replication_memory_used_bytes"]);
        Assert.InRange(status.MemoryBytes, 100_000UL, status.MemoryLimitBytes);
        Assert.Equal((64.0 * 1024 * 1024, 2.0, 90.0), (metrics["replication_memory_limit_bytes"], metrics["replication_views_open"], metrics["replication_views_oldest_age_seconds"]));
        Assert.Equal((1, 0L), (primary.Status.OpenViews, primary.Status.OldestViewMillis));
    }

    [Fact]
    public async Task A_view_that_was_closed_is_not_read_any_more()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var database = primary.Services.GetRequiredService<IDatabase>();
        await database.CommitAsync(tx => tx.Put("notes", "a", new Note("1")));
        var view = database.OpenView();
        using var scan = view.Scan<Note>("notes").GetEnumerator();

        view.Dispose();

        Assert.Throws<ObjectDisposedException>(() => view.Get<Note>("notes", "a"));
        Assert.Throws<ObjectDisposedException>(() => scan.MoveNext());
    }

    [Fact]
    public async Task A_scan_whose_reader_stands_still_is_ended_when_its_view_is_too_old()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync(configure: options => (options.MaxViewAge, options.AnswerTimeout) = (TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)));
        // More than the windows of a connection hold, so that the server waits for the reader.
        for (var i = 0; i < 40; i++) await primary.Client.PutAsync("docs", $"k{i:D2}", $"\"{new string('x', 500_000)}\"");
        using var channel = GrpcChannel.ForAddress(primary.Address);
        using var call = new Store.StoreClient(channel).Scan(new ScanRequest { Collection = "docs" });
        Assert.True(await call.ResponseStream.MoveNext());

        clock.Advance(TimeSpan.FromMinutes(3));
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext()) Assert.NotEmpty(call.ResponseStream.Current.Records);
        });

        Assert.Equal(StatusCode.Aborted, ended.StatusCode);
        Assert.Contains("MaxViewAge", ended.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_the_permitted_memory_writes_are_rejected_reads_go_on_and_deletes_make_room()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync(configure: options => options.MaxMemoryBytes = 4 * 1024 * 1024);
        var value = new string('x', 10_000);
        var written = 0;
        ReplicationException? full = null;
        while (full is null)
        {
            try
            {
                await primary.Client.PutAsync("docs", $"k{written:D4}", $"\"{value}\"");
                written++;
            }
            catch (ReplicationException refused)
            {
                full = refused;
            }
        }

        Assert.Equal(ReplicationErrorCode.MemoryFull, full.Code);
        Assert.Contains("MaxMemoryBytes", full.Message, StringComparison.Ordinal);
        Assert.InRange(written, 300, 420);
        Assert.NotNull(await primary.Client.GetAsync("docs", "k0000"));
        var operations = Enumerable.Range(0, written).Select(number => NodeOperation.Delete("docs", System.Text.Encoding.UTF8.GetBytes($"k{number:D4}"))).ToArray();
        Assert.IsType<CommitOutcome.Committed>(await primary.Node.CommitAsync(new Core.Transactions.Transaction(operations), CancellationToken.None));
        await Eventually.HoldsAsync("there is room again", async () =>
        {
            try
            {
                await primary.Client.PutAsync("docs", "again", $"\"{value}\"");
                return true;
            }
            catch (ReplicationException refused) when (refused.Code == ReplicationErrorCode.MemoryFull)
            {
                // The memory of what was deleted is used again a few transactions later.
                await primary.Client.DeleteAsync("docs", "nothing");
                return false;
            }
        });
    }
}
