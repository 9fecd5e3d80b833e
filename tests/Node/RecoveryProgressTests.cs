using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Node.Embedding;
using Replication.Node.Tests.Fixture;
using Replication.Testing;

namespace Replication.Node.Tests;

/// <summary>A node that is still loading its data lives, is not ready, and says how far it is.</summary>
public sealed class RecoveryProgressTests
{
    private const int RecoveringEvent = 3011;
    private const int RecoveredEvent = 3012;

    private readonly HeldFileSystem _files = new();
    private readonly LogLines _log = new();
    private readonly ManualClock _clock = new();

    private sealed record Note(string Text);

    [Fact]
    public async Task A_node_that_loads_its_snapshot_says_how_far_it_is_and_for_how_long_it_will()
    {
        await using var cluster = new TestCluster(Held());
        var primary = await WithSnapshotAsync(cluster);
        await primary.StopAsync();
        using var http = new HttpClient { BaseAddress = primary.HttpAddress };

        _files.Hold();
        var starting = primary.StartAsync();
        _files.Permit(2); // the header and the first chunk
        await SaysAsync(http, "The node is recovering: 33 % of the snapshot.");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode);
        foreach (var path in new[] { "/health/ready", "/v1/status", "/metrics" })
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        Assert.False(starting.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(12));
        _files.Permit(1);
        await SaysAsync(http, "The node is recovering: 67 % of the snapshot, 11 s left."); // one chunk in the last 10 s; one is left, and the requests
        var told = _log.Of(RecoveringEvent).ToArray();
        Assert.Equal(2, told.Length);
        Assert.StartsWith("Recovering for 5 s: 33 % of the snapshot", told[0], StringComparison.Ordinal);
        Assert.StartsWith("Recovering for 10 s: 33 % of the snapshot", told[1], StringComparison.Ordinal);

        _files.Release();
        await starting;
        await Eventually.HoldsAsync("it is ready", async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode == HttpStatusCode.OK);
        Assert.NotNull(await primary.Client.GetAsync("notes", "k29"));
        Assert.Contains(_log.Of(RecoveredEvent), line => line.Contains("Recovered in 12.0 s: 30 records, 2 a second;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_application_around_a_node_that_is_still_loading_is_told_so()
    {
        IDatabase? database = null;
        await using var cluster = new TestCluster(Held(services => database = services.GetRequiredService<IDatabase>()));
        var primary = await WithSnapshotAsync(cluster);
        await primary.StopAsync();
        using var http = new HttpClient { BaseAddress = primary.HttpAddress };

        _files.Hold();
        var starting = primary.StartAsync();
        await SaysAsync(http, "The node is recovering: 0 % of the snapshot.");

        Assert.Contains("0 % of the snapshot", Assert.Throws<DataWithheldException>(() => database!.Get<Note>("notes", "k29")).Message, StringComparison.Ordinal);
        Assert.Throws<DataWithheldException>(() => database!.OpenView());
        await Assert.ThrowsAsync<DataWithheldException>(() => database!.CommitAsync(tx => tx.Delete("notes", "k29")));

        _files.Release();
        await starting;
        Assert.NotNull(database!.Get<Note>("notes", "k29"));
    }

    private static async Task SaysAsync(HttpClient http, string reason)
    {
        var said = "nothing";
        await Eventually.HoldsAsync(
            $"it says: {reason}",
            async () =>
            {
                try
                {
                    said = await (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).Content.ReadAsStringAsync();
                    return said == reason + "\n";
                }
                catch (HttpRequestException)
                {
                    return false; // it does not listen yet
                }
            },
            lastSeen: () => said);
    }

    // Three chunks of 1 MiB and a little, loaded by one thread.
    private static async Task<TestNode> WithSnapshotAsync(TestCluster cluster)
    {
        var primary = await cluster.PrimaryAsync();
        for (var i = 0; i < 30; i++) await primary.Client.PutAsync("notes", $"k{i:D2}", $$"""{"text":"{{new string('x', 105_000)}}"}""");
        await primary.Node.Snapshots.TakeAsync(CancellationToken.None);
        return primary;
    }

    private TestClusterOptions Held(Action<IServiceProvider>? built = null) => new()
    {
        Time = _clock,
        Application = builder =>
        {
            builder.Logging.AddProvider(_log);
            builder.Services.AddSingleton(new DatabaseEnvironment(_files, new SystemEntropy(), (directory, bytes) => new BackgroundSegmentSupply(_files, directory, bytes)));
            builder.AddReplicationNode();
            var application = builder.Build();
            application.MapReplicationNode();
            built?.Invoke(application.Services);
            return application;
        },
    };
}
