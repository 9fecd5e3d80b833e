using System.Globalization;
using System.Net;
using System.Text.Json;
using Grpc.Net.Client;
using Replication.Client;
using Replication.Node.Roles;
using Replication.Node.Tests.Fixture;
using Replication.Protos.Health.V1;
using Replication.Testing;

namespace Replication.Node.Tests;

/// <summary>What a replica says of its lag when its link or its upstream is not as it should be.</summary>
public sealed class LagTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Behind_a_stalled_link_the_age_grows_and_readiness_goes_although_the_connection_is_open_and_both_come_back()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, configure: options => options.ReadyLag = TimeSpan.FromSeconds(2), link: link);
        await UntilReadyAsync(replica, clock);
        // The clock stands still: with this entry every heartbeat has come.
        await primary.Client.PutAsync("docs", "before", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        link.Stall();
        await primary.Client.PutAsync("docs", "meanwhile", "1");
        var before = replica.Status.Upstream!;
        clock.Advance(TimeSpan.FromSeconds(2.5));

        var after = replica.Status;
        Assert.True(after.Upstream!.Connected);
        Assert.Equal(NodeState.Streaming, replica.Node.State);
        Assert.InRange(after.Upstream.AgeMillis!.Value, 2_500, before.AgeMillis!.Value + 2_500);
        Assert.InRange(after.Upstream.LastContactMillis, 2_500, after.Upstream.AgeMillis.Value);
        Assert.Contains("old; at most 2 s", after.NotReadyReason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await replica.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode);

        link.Resume();
        await UntilReadyAsync(replica, clock);
        Assert.InRange(replica.Status.Upstream!.AgeMillis!.Value, 0, 2_000);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
    }

    [Fact]
    public async Task After_a_restart_without_its_upstream_a_replica_serves_data_of_an_age_that_it_does_not_know()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var replica = await cluster.ReplicaAsync(primary);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await Eventually.HoldsAsync("the replica is ready", () => replica.Status.NotReadyReason is null);
        await primary.StopAsync();

        await replica.StopAsync();
        await replica.StartAsync();

        var read = await replica.Client.GetAsync("docs", "k");
        Assert.True(read.Found);
        Assert.InRange(read.Stamp.Age, TimeSpan.FromDays(49), TimeSpan.FromDays(60));
        Assert.NotNull(replica.Status.NotReadyReason);
        Assert.Null(replica.Status.Upstream!.AgeMillis);
        Assert.Null(replica.Status.Upstream!.LagEntries);
        Assert.Null(replica.Status.Upstream!.LagBytes);
        await primary.StartAsync();
        await Eventually.HoldsAsync("the replica is ready again", () => replica.Status.NotReadyReason is null);
        Assert.Equal((0, 0), (replica.Status.Upstream!.LagEntries, replica.Status.Upstream.LagBytes));
    }

    [Fact]
    public async Task Lag_in_bytes_is_what_the_upstream_has_and_the_replica_has_not_also_when_the_link_stands_still()
    {
        const int blobs = 12;
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await Eventually.HoldsAsync("it is known that there is no lag", () => replica.Status.Upstream is { LagEntries: 0, LagBytes: 0 });
        await replica.StopAsync();
        await primary.Client.CreateCollectionAsync("blobs", CollectionKind.Bytes);
        for (var i = 0; i < blobs; i++) await primary.Client.PutAsync("blobs", $"b{i}", Load.RandomBytes(1024 * 1024 - 100, seed: i));
        var log = primary.Database.Log!.Log;

        // At most 1 MiB is under way on such a link, so this takes a while.
        link.FromTarget.Delay(TimeSpan.FromMilliseconds(500));
        await replica.StartAsync();
        await Eventually.HoldsAsync("a part has come", () => replica.Status is { Upstream.LagEntries: > 0 and < blobs - 2 });
        link.Stall();
        // Read between two looks at what is here, because something may still arrive.
        await Eventually.HoldsAsync("nothing comes any more", () =>
        {
            var (before, upstream, after) = (replica.Status.AppliedIndex, replica.Status.Upstream!, replica.Status.AppliedIndex);
            if (upstream.LagEntries is not > 0) return false;
            Assert.InRange(upstream.LagBytes!.Value, log.BytesBehind(after), log.BytesBehind(before) + (64 * 1024));
            return before == after && upstream.LastContactMillis > 1_000;
        });
        Assert.InRange(replica.Status.Upstream!.AgeMillis ?? long.MaxValue, 1_000, long.MaxValue);

        link.FromTarget.Delay(TimeSpan.Zero);
        link.Resume();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await Eventually.HoldsAsync("it is known that there is no lag", () => replica.Status.Upstream is { LagEntries: 0, LagBytes: 0 });
    }

    [Fact]
    public async Task Status_health_and_metrics_of_one_moment_agree()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, configure: options => options.ReadyLag = TimeSpan.FromSeconds(2), link: link);
        using var channel = GrpcChannel.ForAddress(replica.Address);
        await UntilReadyAsync(replica, clock);
        link.Stall();

        await AgreeAsync(replica, channel, isReady: true);
        clock.Advance(TimeSpan.FromSeconds(2.5));
        await AgreeAsync(replica, channel, isReady: false);
    }

    [Theory]
    [InlineData("ReadyLag", 0)]
    [InlineData("ReadyLag", 100_000)]
    [InlineData("ReadySilence", 1)]
    public async Task Limits_outside_their_bounds_are_refused_by_name(string key, int seconds)
    {
        await using var cluster = new TestCluster();

        var refusal = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => cluster.PrimaryAsync(configure: options =>
        {
            if (key == "ReadyLag") options.ReadyLag = TimeSpan.FromSeconds(seconds);
            else options.ReadySilence = TimeSpan.FromSeconds(seconds);
        }));

        Assert.Contains($"Replication:{key} has to be", refusal.Message, StringComparison.Ordinal);
    }

    // The clock stands still and the link is stalled: once what was under way has come, nothing moves between the questions.
    private static async Task AgreeAsync(TestNode replica, GrpcChannel channel, bool isReady)
    {
        for (var before = replica.Status.Upstream; ; before = replica.Status.Upstream)
        {
            var grpc = await replica.Client.StatusAsync();
            using var http = JsonDocument.Parse(await replica.Http.GetStringAsync(new Uri("/v1/status", UriKind.Relative)));
            var metrics = await Metrics.OfAsync(replica);
            var ready = await replica.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest());
            if (before != replica.Status.Upstream) continue;
            await AgreeAsync(isReady, grpc, http, metrics, ready, health);
            return;
        }
    }

    private static async Task AgreeAsync(
        bool isReady, Protos.V1.NodeStatus grpc, JsonDocument http, Metrics metrics, HttpResponseMessage ready, HealthCheckResponse health)
    {
        var upstream = http.RootElement.GetProperty("upstream");
        Assert.Equal(isReady, ready.StatusCode == HttpStatusCode.OK);
        Assert.Equal(isReady, health.Status == HealthCheckResponse.Types.ServingStatus.Serving);
        Assert.Equal((isReady, isReady ? 1 : 0), (grpc.Ready, metrics["replication_node_ready"]));
        Assert.Equal(grpc.NotReadyReason, http.RootElement.GetProperty("notReadyReason").GetString() ?? "");
        if (!isReady) Assert.Equal(grpc.NotReadyReason + "\n", await ready.Content.ReadAsStringAsync());
        foreach (var (inGrpc, inHttp, inMetrics) in new (double, JsonElement, double)[]
        {
            (grpc.Upstream.AgeMillis, upstream.GetProperty("ageMillis"), metrics["replication_data_age_seconds"] * 1000),
            (grpc.Upstream.LastContactMillis, upstream.GetProperty("lastContactMillis"), metrics["replication_upstream_last_contact_seconds"] * 1000),
            (grpc.Upstream.LagEntries, upstream.GetProperty("lagEntries"), metrics["replication_lag_entries"]),
            (grpc.Upstream.LagBytes, upstream.GetProperty("lagBytes"), metrics["replication_lag_bytes"]),
            (grpc.AppliedIndex, http.RootElement.GetProperty("appliedIndex"), metrics["replication_applied_index"]),
            (grpc.Counters.EntriesApplied, http.RootElement.GetProperty("counters").GetProperty("entriesApplied"), metrics["replication_entries_applied_total"]),
        })
        {
            Assert.Equal(inGrpc, inHttp.GetDouble());
            Assert.Equal(inGrpc, inMetrics, tolerance: 0.001);
        }
        Assert.Equal(1, metrics[string.Create(CultureInfo.InvariantCulture, $"replication_node_state{{state=\"{grpc.State}\"}}")]);
    }

    private static Task UntilReadyAsync(TestNode replica, ManualClock clock) => Eventually.HoldsAsync($"{replica.Name} is ready", () =>
    {
        if (replica.Status.NotReadyReason is null) return true;
        clock.Advance(Step);
        return false;
    }, lastSeen: () => $"{replica.Status.NotReadyReason}");
}
