using Replication.Core.Database;
using Replication.Core.Log;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class DataDirectoryTests
{
    [Fact]
    public async Task A19_A_second_node_on_the_same_data_directory_is_refused()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");

        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => cluster.PrimaryAsync());

        Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
        Assert.True((await primary.Client.GetAsync("docs", "k")).Found);
    }

    [Fact]
    public async Task An_empty_directory_that_exists_is_refused_unless_init_is_given()
    {
        await using var cluster = new TestCluster();
        Directory.CreateDirectory(cluster.PathOf("primary"));

        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => cluster.PrimaryAsync());
        Assert.Contains("--init", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(cluster.PathOf("primary")));

        var primary = await cluster.PrimaryAsync(configure: options => options.Init = true);
        await primary.Client.PutAsync("docs", "k", "1");
    }

    [Fact]
    public async Task A_directory_with_other_files_is_refused_and_left_alone()
    {
        await using var cluster = new TestCluster();
        Directory.CreateDirectory(cluster.PathOf("primary"));
        await File.WriteAllTextAsync(Path.Combine(cluster.PathOf("primary"), "thesis.txt"), "three years of work");

        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => cluster.PrimaryAsync(configure: options => options.Init = true));

        Assert.Contains("no node's data", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], Directory.GetFileSystemEntries(cluster.PathOf("primary")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_refused()
    {
        await using var cluster = new TestCluster();
        await File.WriteAllTextAsync(cluster.PathOf("file"), string.Empty);

        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => cluster.PrimaryAsync("file/primary"));

        Assert.Contains("cannot be made", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();

        var refusal = await Assert.ThrowsAsync<ListenException>(() => cluster.PrimaryAsync("other", options => options.Listen = primary.Address));

        Assert.Contains(primary.Address.Authority, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_without_data_cannot_become_a_primary()
    {
        await using var cluster = new TestCluster();
        var replica = await cluster.StartAsync("replica", new Uri("http://127.0.0.1:1"));
        await replica.StopAsync();

        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => cluster.StartAsync("replica", null));

        Assert.Contains("replica that has no data", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_whose_log_is_gone_is_refused()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        await primary.StopAsync();
        foreach (var segment in Directory.GetFiles(Path.Combine(primary.Data, "log"))) File.Delete(segment);

        var refusal = await Assert.ThrowsAsync<DataDirectoryException>(() => primary.StartAsync());

        Assert.Contains("holds no log", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_loads_the_snapshot_and_replays_the_log_behind_it()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        for (var i = 0; i < 100; i++) await primary.Client.PutAsync("docs", $"k{i}", $"{i}");
        await primary.Client.TakeSnapshotAsync();
        for (var i = 50; i < 150; i++) await primary.Client.PutAsync("docs", $"k{i}", $"{i + 1000}");
        var before = primary.Database.State;
        await primary.StopAsync();

        await primary.StartAsync();

        Assert.Equal(before.Digest, primary.Database.State.Digest);
        Assert.InRange(primary.Database.Opening.Replayed, 100, 110);
        Assert.True(primary.Database.Opening.SnapshotIndex > 100);
    }

    [Fact]
    public async Task A6_A_damaged_newest_snapshot_gives_way_to_the_older_one_and_the_log()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        for (var i = 0; i < 3; i++)
        {
            await primary.Client.PutAsync("docs", $"k{i}", "1");
            await primary.Client.TakeSnapshotAsync();
        }
        var before = primary.Database.State;
        await primary.StopAsync();
        var newest = Directory.GetFiles(Path.Combine(primary.Data, "snapshots"), "*.snapshot").Order(StringComparer.Ordinal).Last();
        FlipByte(newest, 40);

        await primary.StartAsync();

        Assert.Equal(before.Digest, primary.Database.State.Digest);
        Assert.Contains("damaged", Assert.Single(primary.Database.Opening.Damaged).Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(primary.Data, "snapshots"), "*.manifest").Length);
    }

    [Fact]
    public async Task Damage_in_the_middle_of_the_log_is_refused_with_its_place_and_nothing_is_changed()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        for (var i = 0; i < 20; i++) await primary.Client.PutAsync("docs", $"k{i}", "1");
        await primary.StopAsync();
        var segment = Directory.GetFiles(Path.Combine(primary.Data, "log")).Single();
        FlipByte(segment, 600);
        var before = await File.ReadAllBytesAsync(segment);

        var refusal = await Assert.ThrowsAsync<LogDamagedException>(() => primary.StartAsync());

        Assert.Equal(segment, refusal.File);
        Assert.InRange(refusal.Offset, 300, 600);
        Assert.Equal(before, await File.ReadAllBytesAsync(segment));
    }

    private static void FlipByte(string path, int offset)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = (byte)file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x40));
    }
}
