using Replication.Client;
using Replication.ProcessKit;
using Replication.ProcessKit.Load;
using Replication.Testing;
using Xunit.Abstractions;

namespace Replication.Laboratory.Network;

/// <summary>Processes that stand still in the middle of a stream, with their connections open.</summary>
public sealed class PausedReaderTests(ITestOutputHelper output)
{
    private const int Seed = 27;
    private const int Tellers = 3;
    private const int BulkKeys = 40;
    private const int BulkBytes = 500_000;
    private const int BulkRounds = 8;
    private const long MiB = 1024 * 1024;

    /// <summary>What may wait for two readers that read nothing, each a window and what the connection holds, and the collector's leisure.</summary>
    private const long MostGrowth = 192 * MiB;

    /// <summary>A session is given up after 30 s without an acknowledgement.</summary>
    private const string Reason = "Nothing was acknowledged for too long";

    [Fact]
    public async Task A27_Readers_that_stand_still_cost_the_primary_a_bounded_memory_and_end_with_a_reason_while_the_others_go_on()
    {
        await using var cluster = new Cluster();
        var primary = await cluster.PrimaryAsync();
        var client = cluster.ClientOf(primary, timeout: NodeProcess.Patience);
        var live = cluster.Replica("live", primary.Address);
        var stopped = cluster.Replica("stopped", primary.Address);
        await Task.WhenAll(live.WaitReadyAsync(), stopped.WaitReadyAsync());
        await client.CreateCollectionAsync("bulk", CollectionKind.Bytes);
        await Vault.OpenAsync(client);
        await using var tool = new ToolProcess("follow", "--server", primary.Address.ToString(), "--discard");
        await Eventually.HoldsAsync("the tool follows", async () => (await client.StatusAsync()).Followers.Count(static follower => follower.State == "Streaming") == 3, NodeProcess.Patience, () => tool.Output);
        await using var tellers = new Tellers(client, Tellers, Seed);
        tellers.Start();
        await WriteBulkAsync(client, primary); // The same again later: what was replaced is given back by then.
        var before = (Memory: await WriteBulkAsync(client, primary), Latency: tellers.Latencies.Take());

        await tool.PauseAsync();
        stopped.Pause();
        var paused = TimeProvider.System.GetTimestamp();
        var during = (Memory: await WriteBulkAsync(client, primary), Latency: tellers.Latencies.Take());
        await Eventually.HoldsAsync("both sessions end with a reason", () => Ended(primary, "stopped") && Ended(primary, "replctl-follow"), NodeProcess.Patience, () => Cluster.Tail(primary));
        output.WriteLine($"sessions ended after {TimeProvider.System.GetElapsedTime(paused).TotalSeconds:0} s");
        using (var rest = new PeriodicTimer(TimeSpan.FromSeconds(1)))
            while (LongForm.IsOn && TimeProvider.System.GetElapsedTime(paused) < TimeSpan.FromMinutes(1))
                await rest.WaitForNextTickAsync();
        var after = (Memory: await WriteBulkAsync(client, primary), Latency: tellers.Latencies.Take());
        await tool.ResumeAsync();
        stopped.Resume();

        output.WriteLine($"before: {before.Memory / MiB} MiB, commits {before.Latency}");
        output.WriteLine($"paused: {during.Memory / MiB} MiB, commits {during.Latency}");
        output.WriteLine($"ended:  {after.Memory / MiB} MiB, commits {after.Latency}");
        Assert.InRange(during.Memory, 1, before.Memory + MostGrowth);
        Assert.InRange(after.Memory, 1, before.Memory + MostGrowth);
        Assert.Equal(1, await tool.WaitForExitAsync());
        Assert.Contains("--from", tool.Output, StringComparison.Ordinal);
        await tellers.StopAsync();
        Assert.Equal(0, tellers.Failed + tellers.Unknown);
        Assert.Equal(1ul, await Cluster.SnapshotsInstalledAsync(stopped)); // The one that it began from.
        await cluster.AssertEqualAsync(primary);
    }

    // Returns the most memory that was seen meanwhile.
    private static async Task<long> WriteBulkAsync(ReplicationClient client, NodeProcess primary)
    {
        var value = new byte[BulkBytes];
        var most = 0L;
        for (var round = 0; round < BulkRounds; round++)
        {
            for (var key = 0; key < BulkKeys; key++)
            {
                Random.Shared.NextBytes(value);
                await client.PutAsync("bulk", $"k{key}", value);
            }
            most = Math.Max(most, ProcessFacts.Of(primary.Id).ResidentBytes);
        }
        return most;
    }

    private static bool Ended(NodeProcess primary, string name) =>
        primary.Output.Split('\n').Any(line => line.Contains($"The session of replica {name}", StringComparison.Ordinal) && line.Contains(Reason, StringComparison.Ordinal));
}
