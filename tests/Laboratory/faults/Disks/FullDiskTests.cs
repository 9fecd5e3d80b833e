using Replication.Client;
using Replication.ProcessKit;
using Replication.Testing;

namespace Replication.Faults.Disks;

/// <summary>Disks that really have no room, and get some again.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int DiskMebibytes = 48;

    // What is left when the filler is there: some segments.
    private const int RoomMebibytes = 8;

    private readonly MountedDisk _disk = MountedDisk.InMemory(DiskMebibytes);

    private string Filler => Path.Combine(_disk.Folder, "filler");

    public void Dispose() => _disk.Dispose();

    [Fact]
    public async Task A9_A_primary_on_a_full_disk_rejects_writes_serves_reads_and_streams_and_goes_on_when_there_is_room()
    {
        await using var pair = new FaultedPair(seed: 9, primaryDisk: _disk.Folder);
        await pair.StartAsync();
        for (var round = 0; round < 2; round++)
        {
            Fill();
            await Eventually.HoldsAsync("writes are rejected", async () => await WriteAsync(pair.Primary) == ReplicationErrorCode.DiskFull, NodeProcess.Patience, () => pair.Primary.Output);

            var reads = pair.Load.Ledger.Reads;
            await Eventually.HoldsAsync("reads go on", () => pair.Load.Ledger.Reads > reads + 100, NodeProcess.Patience);
            await using (var client = pair.Primary.NewClient())
            await using (var replica = pair.Replica.NewClient())
            {
                var digest = await client.DigestAsync();
                Assert.Equal(digest.Digest, (await replica.DigestAsync(digest.Position, TimeSpan.FromSeconds(30))).Digest);
            }

            File.Delete(Filler);
            await pair.Load.GetsOnAsync(300);
        }
        Assert.False(pair.Primary.HasEnded);

        // Killed while there is no room for the smallest entry, it starts there, too, and reads; it begins to write when there is room, whether anybody asks or not.
        Fill();
        await Eventually.HoldsAsync("writes are rejected", async () => await WriteAsync(pair.Primary, bytes: 1) == ReplicationErrorCode.DiskFull, NodeProcess.Patience);
        await pair.Primary.KillAsync();
        pair.Load.Rest();
        pair.Primary.Start();
        await using (var client = pair.Primary.NewClient())
            await Eventually.HoldsAsync("it reads", async () => await ReadsAsync(client) || pair.Primary.HasEnded, NodeProcess.Patience, () => pair.Primary.Output);
        Assert.False(pair.Primary.HasEnded, pair.Primary.Output);
        File.Delete(Filler);
        await pair.Primary.WaitReadyAsync();
        pair.Load.GoOn();
        await pair.CheckAsync();
    }

    [Fact]
    public async Task A_replica_on_a_full_disk_says_so_holds_nobody_up_and_follows_again_when_there_is_room()
    {
        await using var pair = new FaultedPair(seed: 10, replicaDisk: _disk.Folder);
        await pair.StartAsync();
        Fill();
        await Eventually.HoldsAsync("it says that there is no room", async () =>
        {
            await WriteAsync(pair.Primary); // The load alone may take long to fill what is left.
            return pair.Replica.Output.Contains("room", StringComparison.Ordinal) || pair.Replica.HasEnded;
        }, NodeProcess.Patience, () => pair.Replica.Output);
        Assert.False(pair.Replica.HasEnded, pair.Replica.Output);
        await pair.Load.GetsOnAsync(300);

        File.Delete(Filler);
        await pair.CheckAsync();
    }

    private static async Task<ReplicationErrorCode?> WriteAsync(NodeProcess node, int bytes = 100_000)
    {
        await using var client = new ReplicationClient(new ReplicationClientOptions { Address = node.Address, Retries = CommitRetries.Off });
        try
        {
            return (await client.CommitAsync(new Transaction().Put("filling", "k", $"\"{new string('x', bytes)}\""))).Rejection?.Code;
        }
        catch (ReplicationException refused)
        {
            return refused.Code;
        }
    }

    private static async Task<bool> ReadsAsync(ReplicationClient client)
    {
        try
        {
            return (await client.GetAsync("bank", "account-0")).Found;
        }
        catch (ReplicationException)
        {
            return false;
        }
    }

    private void Fill()
    {
        using var file = File.Create(Filler);
        var block = new byte[1024 * 1024];
        while (new DriveInfo(_disk.Folder).AvailableFreeSpace > RoomMebibytes * block.Length) file.Write(block);
    }
}
