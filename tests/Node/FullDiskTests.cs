using Microsoft.Extensions.DependencyInjection;
using Replication.Client;
using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Node.Roles;
using Replication.Node.Tests.Fixture;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class FullDiskTests
{
    private readonly CrampedFileSystem _files = new();

    [Fact]
    public async Task A9_A_primary_with_a_full_disk_rejects_serves_on_and_writes_again_by_itself()
    {
        await using var roomy = new TestCluster();
        await using var cramped = new TestCluster(OnCrampedDisk());
        var primary = await cramped.PrimaryAsync();
        var replica = await roomy.StartAsync("replica", primary.Address);
        await primary.Client.PutAsync("docs", "before", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        _files.IsFull = true;
        var (accepted, rejection) = await FillAsync(primary);

        Assert.Equal(ReplicationErrorCode.DiskFull, rejection.Code);
        Assert.InRange(accepted, 1, 60);
        Assert.Equal("1", Text(await primary.Client.GetAsync("docs", "before")));
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(accepted + 1, primary.Database.State.Records);
        Assert.Equal(ReplicationErrorCode.DiskFull, (await Assert.ThrowsAsync<ReplicationException>(() => primary.Client.PutAsync("docs", "meanwhile", Large()))).Code);

        _files.IsFull = false;
        await primary.Client.PutAsync("docs", "after", "2");
        await primary.StopAsync();
        await primary.StartAsync();

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal("2", Text(await replica.Client.GetAsync("docs", "after")));
        Assert.False((await replica.Client.GetAsync("docs", "meanwhile")).Found);
        Assert.Equal(accepted + 2, replica.Database.State.Records);
    }

    [Fact]
    public async Task A9_A_primary_that_starts_on_a_full_disk_reads_and_becomes_ready_when_there_is_room_though_nobody_writes()
    {
        await using var cramped = new TestCluster(OnCrampedDisk());
        var primary = await cramped.PrimaryAsync();
        await primary.Client.PutAsync("docs", "before", "1");
        _files.IsFull = true;
        // Ever smaller entries: of the smallest alone it would take hundreds.
        foreach (var length in (int[])[100_000, 10_000, 1_000]) await FillAsync(primary, length);
        for (var put = 0; !await IsRefusedAsync(primary); put++) Assert.InRange(put, 0, 200);

        for (var start = 0; start < 3; start++)
        {
            await primary.StopAsync();
            await primary.StartAsync();
            Assert.Equal("1", Text(await primary.Client.GetAsync("docs", "before")));
        }
        Assert.Contains("first entry", primary.Status.NotReadyReason, StringComparison.Ordinal);

        _files.IsFull = false;
        await Eventually.HoldsAsync("it is ready", () => primary.Status.NotReadyReason is null);
    }

    [Fact]
    public async Task A9_A_replica_with_a_full_disk_serves_on_and_follows_again_by_itself()
    {
        await using var roomy = new TestCluster();
        await using var cramped = new TestCluster(OnCrampedDisk());
        var primary = await roomy.PrimaryAsync();
        await primary.Client.PutAsync("docs", "before", "1");
        var replica = await cramped.StartAsync("replica", primary.Address);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        _files.IsFull = true;
        for (var i = 0; i < 30; i++) await primary.Client.PutAsync("docs", $"k{i}", Large());
        await Eventually.HoldsAsync("the replica says that its disk is full", () => replica.Status.Upstream!.LastError.Contains("no room", StringComparison.Ordinal));
        Assert.Equal("1", Text(await replica.Client.GetAsync("docs", "before")));

        _files.IsFull = false;
        await Eventually.HoldsAsync("the replica follows again", () => replica.Node.State == NodeState.Streaming);

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
    }

    private static string Large(int length = 100_000) => $"\"{new string('x', length)}\"";

    private static string Text(ReadResult record) => System.Text.Encoding.UTF8.GetString(record.Value.Span);

    private static async Task<bool> IsRefusedAsync(TestNode primary)
    {
        try
        {
            await primary.Client.PutAsync("docs", "small", "1");
            return false;
        }
        catch (ReplicationException refused)
        {
            return refused.Code == ReplicationErrorCode.DiskFull;
        }
    }

    // Segments are 1 MiB here: before long the next one does not fit.
    private static async Task<(int Accepted, ReplicationException Rejection)> FillAsync(TestNode primary, int length = 100_000)
    {
        for (var accepted = 0; accepted < 60; accepted++)
        {
            try
            {
                await primary.Client.PutAsync("docs", $"k{accepted}", Large(length));
            }
            catch (ReplicationException rejection)
            {
                return (accepted, rejection);
            }
        }
        throw new InvalidOperationException("The disk never got full.");
    }

    private TestClusterOptions OnCrampedDisk() => new()
    {
        Application = builder =>
        {
            builder.Services.AddSingleton(new DatabaseEnvironment(_files, new SystemEntropy(), (directory, bytes) => new BackgroundSegmentSupply(_files, directory, bytes)));
            builder.AddReplicationNode();
            var application = builder.Build();
            application.MapReplicationNode();
            return application;
        },
    };
}
