using Replication.ProcessKit;
using Replication.ProcessKit.Load;
using Replication.Testing;

namespace Replication.Laboratory.Network;

/// <summary>What was said on a connection is said again on another one, by somebody who only listened.</summary>
public sealed class ReplayTests
{
    private const int Replays = 5;
    private const int Seed = 11;

    /// <summary>More than a Hello and what HTTP/2 says before it.</summary>
    private const int HelloBytes = 1000;

    private static readonly TimeSpan Listening = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_replayed_replica_is_one_follower_and_the_true_one_goes_on()
    {
        await using var cluster = new Cluster();
        var primary = await cluster.PrimaryAsync();
        var client = cluster.ClientOf(primary);
        await client.PutAsync("docs", "first", "1");
        var link = cluster.LinkTo(primary);
        var replica = cluster.Replica("replica", link.Address);
        await replica.WaitReadyAsync();
        var bootstrapped = link.ConnectionsAccepted;
        link.ResetConnections(); // From here on it resumes.
        await Eventually.HoldsAsync("it says Hello again and acknowledges", () => link.ConnectionsAccepted > bootstrapped && link.LastRecording!.Length > HelloBytes);
        await Cluster.UntilStreamingAsync(replica);
        var said = link.LastRecording!;

        for (var replay = 0; replay < Replays; replay++)
        {
            await client.PutAsync("docs", $"k{replay}", $"{replay}");
            var (answered, _) = await link.ReplayAsync(said, Listening, CancellationToken.None);
            Assert.InRange(answered, 1, int.MaxValue);
            Assert.Single((await client.StatusAsync()).Followers);
        }

        await Cluster.UntilStreamingAsync(replica);
        await cluster.AssertEqualAsync(primary);
        cluster.AssertAllLive();
        Assert.Contains("A newer session of the same node took over", replica.Output + primary.Output, StringComparison.Ordinal);
        Assert.Equal(1ul, await Cluster.SnapshotsInstalledAsync(replica));
    }

    [Fact]
    public async Task Replayed_commits_take_effect_once()
    {
        await using var cluster = new Cluster();
        var primary = await cluster.PrimaryAsync();
        await Vault.OpenAsync(cluster.ClientOf(primary));
        var link = cluster.LinkTo(primary);
        await using var tellers = new Tellers(cluster.ClientOf(primary, link), 2, Seed);
        tellers.Start();
        await Eventually.HoldsAsync("money moves", () => tellers.Transfers > 50);
        await tellers.StopAsync();
        var reader = cluster.ClientOf(primary);
        var before = await reader.DigestAsync();

        var (answered, _) = await link.ReplayAsync(link.LastRecording!, Listening, CancellationToken.None);

        Assert.InRange(answered, 1, int.MaxValue);
        Assert.Equal(before, await reader.DigestAsync());
        await tellers.CheckReceiptsAsync(reader);
        await primary.StopAsync();
        LogFolder.ReadHistory(Path.Combine(primary.Data, "log")); // Fails when a request stands in the log twice.
    }
}
