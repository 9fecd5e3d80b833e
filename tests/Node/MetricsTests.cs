using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.Net.Client;
using Replication.Core.Following;
using Replication.Core.Positions;
using Replication.Node.Tests.Fixture;
using Replication.Protos.V1;
using Replication.Testing;
using Replication.Wire;
using FollowerState = Replication.Core.Following.FollowerState;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Node.Tests;

public sealed class MetricsTests
{
    private const int ManyFollowers = 120;

    [Fact]
    public async Task A_primary_shows_its_state_its_log_and_its_followers()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        for (var i = 0; i < 5; i++) await primary.Client.PutAsync("docs", $"k{i}", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        var index = primary.Database.State.Index;
        await Eventually.HoldsAsync("the primary knows that", () => primary.Status.Followers.Single().Applied == index);

        var metrics = await Metrics.OfAsync(primary);

        var labels = $$"""{follower="replica",follower_id="{{replica.Status.NodeId:x16}}"}""";
        Assert.Equal(index, metrics[$"replication_follower_applied_index{labels}"]);
        Assert.Equal(0, metrics[$"replication_follower_lag_entries{labels}"]);
        Assert.Equal(0, metrics[$"replication_follower_lag_bytes{labels}"]);
        Assert.Equal(1, metrics[$"replication_follower_connected{labels}"]);
        Assert.Equal(1, metrics["""replication_followers{state="Streaming"}"""]);
        Assert.Equal(1, metrics["""replication_node_state{state="Primary"}"""]);
        Assert.Equal(0, metrics["""replication_node_state{state="Streaming"}"""]);
        Assert.Equal((1, index, 5, 5), (metrics["replication_node_ready"], metrics["replication_durable_index"], metrics["replication_records"], metrics["replication_commits_total"]));
        Assert.Equal(("gauge", "counter"), (metrics.Families["replication_log_bytes"], metrics.Families["replication_log_syncs_total"]));
        Assert.InRange(metrics["replication_log_bytes"], 1, double.MaxValue);
        Assert.Equal((0, 0, 0), (metrics["replication_lag_entries"], metrics["replication_lag_bytes"], metrics["replication_data_age_seconds"]));
        Assert.DoesNotContain("replication_upstream_connected", metrics.Families.Keys);
    }

    [Fact]
    public async Task What_is_not_known_is_not_shown_as_a_number()
    {
        await using var cluster = new TestCluster();
        var replica = await cluster.StartAsync("replica", new Uri("http://127.0.0.1:1"));

        var metrics = await Metrics.OfAsync(replica);

        Assert.Equal((0, 0), (metrics["replication_node_ready"], metrics["replication_upstream_connected"]));
        Assert.DoesNotContain(metrics.Families.Keys, name => name is "replication_lag_entries" or "replication_lag_bytes" or "replication_data_age_seconds");
    }

    [Fact]
    public async Task Any_listener_to_the_meter_gets_the_same_numbers()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync("listened-to");
        await primary.Client.PutAsync("docs", "k", "1");
        var heard = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Replication" && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, "listened-to"))) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => heard[instrument.Name] = value);

        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(1, heard["replication.records"]);
        Assert.Equal(primary.Database.State.Index, heard["replication.durable.index"]);
    }

    [Fact]
    public async Task At_most_a_hundred_followers_have_metrics_and_those_that_are_connected_go_first()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await cluster.ReplicaAsync(primary, "zz");
        await Eventually.HoldsAsync("it streams", () => primary.Status.Followers.Any(follower => follower.State == FollowerState.Streaming));
        using var channel = GrpcChannel.ForAddress(primary.Address);
        for (var id = 1UL; id <= ManyFollowers; id++) await AskForSnapshotAsync(channel, id, "a \"quoted\"\nname\\");

        // The primary says that a snapshot is needed before it ends the session.
        await Eventually.HoldsAsync("all have left", () => primary.Status.Followers.Count(follower => follower.State == FollowerState.Disconnected) == ManyFollowers);

        var metrics = await Metrics.OfAsync(primary);

        var shown = metrics.Samples.Where(sample => sample.StartsWith("replication_follower_lag_entries{", StringComparison.Ordinal)).ToArray();
        Assert.Equal(100, shown.Length);
        Assert.Single(shown, sample => sample.Contains("follower=\"zz\"", StringComparison.Ordinal));
        Assert.Contains("""replication_follower_lag_entries{follower="a \"quoted\"\nname\\",follower_id="0000000000000001"}""", shown);
        Assert.Equal(ManyFollowers, metrics["""replication_followers{state="Disconnected"}"""]);
    }

    [Fact]
    public async Task Every_metric_has_a_row_in_the_operators_document_and_every_row_a_metric()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        await cluster.ReplicaAsync(replica, "last");
        await Eventually.HoldsAsync("the primary knows of the last one", () => primary.Status.Below.Length == 1);
        await Eventually.HoldsAsync("its lag is known", () => replica.Status.Upstream is { LagBytes: not null, AgeMillis: not null });
        var document = await File.ReadAllLinesAsync(Path.Combine(RepositoryRoot(), "docs", "OPERATIONS.md"));

        var documented = document.Where(line => line.StartsWith("| `replication_", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
        var shown = (await Metrics.OfAsync(primary)).Families.Keys.Union((await Metrics.OfAsync(replica)).Families.Keys, StringComparer.Ordinal);

        Assert.Equal(shown.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static async Task AskForSnapshotAsync(GrpcChannel channel, ulong nodeId, string name)
    {
        var hello = new Hello(
            Hello.CurrentProtocolVersion, Hello.CurrentLogFormatVersion, HistoryId.None, nodeId, name, "", 1, nodeId, FollowerKind.Reader, EpochTable.Empty, LogPosition.Start, 0);
        using var call = new Feed.FeedClient(channel).Follow();
        await call.RequestStream.WriteAsync(hello.ToMessage());
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.NotNull(call.ResponseStream.Current.NeedSnapshot);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Replication.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
