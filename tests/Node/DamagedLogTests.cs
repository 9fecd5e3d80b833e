using Replication.Core.Database;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class DamagedLogTests
{
    [Fact]
    public async Task A_replica_that_needs_a_damaged_part_of_its_upstreams_log_begins_from_a_snapshot()
    {
        await using var cluster = new TestCluster();
        // From the disk only: what is in memory is not damaged.
        var primary = await cluster.PrimaryAsync(configure: options => options.RecentLogBytes = 0);
        var replica = await cluster.ReplicaAsync(primary);
        await primary.Client.PutAsync("docs", "first", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await replica.StopAsync();
        for (var i = 0; i < 30; i++) await primary.Client.PutAsync("docs", $"k{i}", $"\"{new string('x', 100_000)}\"");
        var last = Damage(primary, segment: 1);

        await replica.StartAsync();

        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        Assert.Equal(1, replica.Status.Counters.SnapshotsInstalled);
        Assert.InRange(primary.Database.Log!.Log.FirstReadable, last, long.MaxValue);
        await primary.Client.PutAsync("docs", "after", "2");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
    }

    // One bit in the middle of a segment, while the node runs. Returns the first entry of the segment.
    private static long Damage(TestNode node, int segment)
    {
        var path = Directory.GetFiles(new DataLayout(node.Data).Log, "*.log").Order(StringComparer.Ordinal).ElementAt(segment);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[1];
        RandomAccess.Read(file, bytes, 500_000);
        bytes[0] ^= 0x40;
        RandomAccess.Write(file, bytes, 500_000);
        return long.Parse(Path.GetFileNameWithoutExtension(path), System.Globalization.CultureInfo.InvariantCulture);
    }
}
