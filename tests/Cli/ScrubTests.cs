using System.Globalization;
using System.Text.Json;
using Replication.Cli.Tests.Fixture;
using Replication.Client;
using Replication.Testing;

namespace Replication.Cli.Tests;

/// <summary>Scrubs of real nodes.</summary>
public sealed class ScrubTests
{
    private const int Records = 2_000;

    [Fact]
    public async Task A90_A_scrub_finds_injected_silent_divergence_and_names_node_and_position()
    {
        await using var cluster = new TestCluster();
        var (primary, first, second) = await ThreeNodesAsync(cluster);
        using var stop = new CancellationTokenSource();
        var load = WriteAsync(primary, stop.Token);
        ChangedMemory.FlipValue(second, "docs", "k17");
        ChangedMemory.FlipKey(second, "docs", "x");

        var scrub = await ScrubAsync("--json", "--server", Servers(primary, first, second));

        await stop.CancelAsync();
        Assert.True(await load > 0);
        Assert.Equal(ExitCode.Negative, scrub.ExitCode);
        var (answer, wrong) = (scrub.Json, Shown(second));
        Assert.False(answer.GetProperty("same").GetBoolean());
        Assert.Equal(["same", "same", "differs"], answer.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("verdict").GetString()));
        Assert.Equal(
            [$"{wrong} docs/k17 changed", $"{wrong} docs/x missing", $"{wrong} docs/y extra"],
            Differences(answer));
        Assert.Equal(3, answer.GetProperty("differenceCount").GetInt64());
        var position = answer.GetProperty("position").GetString();
        Assert.InRange(LogPosition.Parse(position!).Index, (ulong)Records, (ulong)primary.Database.State.Index);
        Assert.Contains($"{wrong} does not hold what the log says at {position}", scrub.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scrub_of_equal_nodes_under_write_load_finds_no_difference()
    {
        await using var cluster = new TestCluster();
        var (primary, first, second) = await ThreeNodesAsync(cluster);
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => WriteAsync(primary, stop.Token)));

        for (var i = 0; i < 10; i++)
        {
            var scrub = await ScrubAsync("--server", Servers(primary, first, second));
            Assert.Equal((ExitCode.Success, string.Empty), (scrub.ExitCode, scrub.Error));
            Assert.Equal(4, scrub.Lines.Length);
            Assert.All(scrub.Lines.Skip(1), line => Assert.EndsWith("\tsame", line, StringComparison.Ordinal));
        }

        await stop.CancelAsync();
        Assert.All(await load, written => Assert.True(written > 0));
    }

    [Fact]
    public async Task An_idle_cluster_is_scrubbed_again_and_again_without_growing_its_log()
    {
        await using var cluster = new TestCluster();
        var (primary, first, _) = await ThreeNodesAsync(cluster);
        var positions = new List<string?>();
        for (var i = 0; i < 3; i++)
        {
            var scrub = await ScrubAsync("--json", "--server", Servers(primary, first));
            Assert.Equal(ExitCode.Success, scrub.ExitCode);
            positions.Add(scrub.Json.GetProperty("position").GetString());
        }
        Assert.Single(positions.Distinct());
    }

    [Fact]
    public async Task A_primary_whose_memory_changed_is_named_and_not_its_replicas()
    {
        await using var cluster = new TestCluster();
        var (primary, first, second) = await ThreeNodesAsync(cluster);
        ChangedMemory.FlipValue(primary, "docs", "k17");

        var scrub = await ScrubAsync("--json", "--server", Servers(primary, first, second));

        Assert.Equal(ExitCode.Negative, scrub.ExitCode);
        Assert.Equal([$"{Shown(primary)} docs/k17 changed"], Differences(scrub.Json));
        Assert.Equal(Shown(first), scrub.Json.GetProperty("reference").GetString());

        var alone = await ScrubAsync("--json", "--server", primary.Address.ToString());
        Assert.Equal(ExitCode.Negative, alone.ExitCode);
        Assert.Equal(JsonValueKind.Null, alone.Json.GetProperty("reference").ValueKind);
        Assert.Contains("Name more nodes", alone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_scrub_found_is_gone_when_the_node_was_started_again()
    {
        await using var cluster = new TestCluster();
        var (primary, first, _) = await ThreeNodesAsync(cluster);
        ChangedMemory.FlipValue(first, "docs", "k17");
        Assert.Equal(ExitCode.Negative, (await ScrubAsync("--server", Servers(primary, first))).ExitCode);

        await first.StopAsync();
        await first.StartAsync();
        await TestCluster.WaitForCaughtUpAsync(first, primary);

        Assert.Equal(ExitCode.Success, (await ScrubAsync("--server", Servers(primary, first))).ExitCode);
    }

    [Fact]
    public async Task Of_many_differences_the_first_are_shown_and_all_are_counted()
    {
        await using var cluster = new TestCluster();
        var (primary, first, _) = await ThreeNodesAsync(cluster);
        for (var i = 0; i < 150; i++) ChangedMemory.FlipValue(first, "docs", $"k{i}");

        var scrub = await ScrubAsync("--json", "--server", Servers(primary, first));

        Assert.Equal((100, 150L), (Differences(scrub.Json).Length, scrub.Json.GetProperty("differenceCount").GetInt64()));
        Assert.Contains("50 further differences", scrub.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_takes_no_part_is_named_and_the_answer_is_negative()
    {
        await using var cluster = new TestCluster();
        var (primary, first, second) = await ThreeNodesAsync(cluster);
        await second.StopAsync();

        var unreachable = await ScrubAsync("--server", Servers(primary, first, second));
        var without = await ScrubAsync("--server", Servers(first));

        Assert.Equal(ExitCode.Negative, unreachable.ExitCode);
        Assert.Contains($"{Shown(second)} was not scrubbed", unreachable.Error, StringComparison.Ordinal);
        Assert.Contains("\tsame", unreachable.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Negative, without.ExitCode);
        Assert.Contains("Name it as well", without.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_cannot_get_there_in_time_is_named()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await primary.Client.PutAsync("docs", "k", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        link.Cut();
        await primary.Client.PutAsync("docs", "k", "2");

        var scrub = await Replctl.RunAsync("scrub", "--wait", "200ms", "--server", Servers(primary, replica));

        Assert.Equal(ExitCode.Negative, scrub.ExitCode);
        Assert.Contains($"{Shown(replica)} was not scrubbed: This node has applied entry", scrub.Error, StringComparison.Ordinal);
    }

    // Nothing here is about how fast the nodes get to one position.
    private static Task<Outcome> ScrubAsync(params string[] options) => Replctl.RunAsync(["scrub", "--wait", "60s", .. options]);

    private static async Task<(TestNode Primary, TestNode First, TestNode Second)> ThreeNodesAsync(TestCluster cluster)
    {
        var primary = await cluster.PrimaryAsync();
        var first = await cluster.ReplicaAsync(primary, "first");
        var second = await cluster.ReplicaAsync(primary, "second");
        await Task.WhenAll(Enumerable.Range(0, Records).Select(i => primary.Client.PutAsync("docs", $"k{i}", $"{{\"number\":{i}}}")));
        await primary.Client.PutAsync("docs", "x", "1");
        foreach (var replica in new[] { first, second }) await TestCluster.WaitForCaughtUpAsync(replica, primary);
        return (primary, first, second);
    }

    private static async Task<long> WriteAsync(TestNode primary, CancellationToken stop)
    {
        var written = 0L;
        for (; !stop.IsCancellationRequested; written++) await primary.Client.PutAsync("load", (written % 300).ToString(CultureInfo.InvariantCulture), "1", cancellation: CancellationToken.None);
        return written;
    }

    private static string[] Differences(JsonElement answer) =>
    [
        .. answer.GetProperty("differences").EnumerateArray()
            .Select(one => $"{one.GetProperty("server").GetString()} {one.GetProperty("collection").GetString()}/{one.GetProperty("key").GetString()} {one.GetProperty("kind").GetString()}"),
    ];

    private static string Servers(params TestNode[] nodes) => string.Join(',', nodes.Select(node => node.Address));

    private static string Shown(TestNode node) => node.Address.GetLeftPart(UriPartial.Authority);
}
