using Replication.Client;
using Replication.ProcessKit;
using Replication.Testing;

namespace Replication.Processes.Tests;

public sealed class RetryTests : IDisposable
{
    private const int Kills = 6;

    private readonly string _root = Directory.CreateTempSubdirectory("replication-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Every_increment_under_a_primary_that_is_killed_takes_effect_exactly_once_and_is_answered()
    {
        await using var primary = new NodeProcess("primary", Path.Combine(_root, "primary"));
        await primary.StartReadyAsync();
        await using var client = NewClient(primary, new CommitRetries { MaxAttempts = 1000, LongestDelay = TimeSpan.FromMilliseconds(100) });
        await using var forgetful = NewClient(primary, CommitRetries.Off);
        await using var incrementers = new Incrementers(client, 8);
        await using var others = new Writers(forgetful, 4);
        incrementers.Start();
        others.Start();

        for (var kill = 0; kill < Kills; kill++)
        {
            var before = incrementers.Acknowledged;
            await Eventually.HoldsAsync("the counters get on", () => incrementers.Acknowledged > before + 300, NodeProcess.Patience);
            await primary.KillAsync();
            await primary.StartReadyAsync();
        }
        var last = incrementers.Acknowledged;
        await Eventually.HoldsAsync("the counters get on after the last kill", () => incrementers.Acknowledged > last + 300, NodeProcess.Patience);
        await incrementers.StopAsync();
        await others.StopAsync();

        await incrementers.AssertHoldsAsync(client);
        Assert.True(others.Unknown >= Kills, $"Whoever did not ask again lost {others.Unknown} answers: fewer than there were kills.");
    }

    private static ReplicationClient NewClient(NodeProcess node, CommitRetries retries) =>
        new(new ReplicationClientOptions { Address = node.Address, Timeout = NodeProcess.Patience, Retries = retries });
}
