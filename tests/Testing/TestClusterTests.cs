using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Replication.Node;

namespace Replication.Testing.Tests;

public sealed class TestClusterTests
{
    private sealed record Greeting(string Text);

    [Fact]
    public async Task A_replica_of_a_replica_catches_up_with_the_primary_through_a_link()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var middle = await cluster.ReplicaAsync(primary, "middle");
        var link = cluster.LinkTo(middle);

        var last = await cluster.ReplicaAsync(middle, "last", link: link);

        await TestCluster.WaitForCaughtUpAsync(last, primary);
        await TestCluster.WaitForCaughtUpAsync(last, middle);
        Assert.True((await last.Client.GetAsync("docs", "k")).Found);
        Assert.True(link.FromTarget.Bytes > 0);
        Assert.Equal(["primary", "middle", "last"], cluster.Nodes.Select(node => node.Name));
    }

    [Fact]
    public async Task A_node_starts_again_on_the_same_data_and_address()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var replica = await cluster.ReplicaAsync(primary);
        await primary.Client.PutAsync("docs", "k", "1");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
        var (address, http) = (primary.Address, primary.HttpAddress);

        await primary.StopAsync();
        Assert.False(primary.IsRunning);
        Assert.Contains("StartAsync", Assert.Throws<InvalidOperationException>(() => primary.Client).Message, StringComparison.Ordinal);
        await primary.StartAsync();
        await primary.StartAsync(); // runs already

        Assert.Equal((address, http), (primary.Address, primary.HttpAddress));
        Assert.Equal("live\n", await primary.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        Assert.True((await primary.Client.GetAsync("docs", "k")).Found);
        await primary.Client.PutAsync("docs", "l", "2");
        await TestCluster.WaitForCaughtUpAsync(replica, primary);
    }

    [Fact]
    public async Task Options_of_the_cluster_come_before_those_of_the_node()
    {
        await using var cluster = new TestCluster(new TestClusterOptions
        {
            Configure = options => (options.MaxValueBytes, options.MaxTransactionBytes) = (2000, 4000),
        });
        var primary = await cluster.PrimaryAsync(configure: options => options.MaxTransactionBytes = 3000);
        var options = primary.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<Node.Options.NodeOptions>>().Value;

        Assert.Equal((2000, 3000), (options.MaxValueBytes, options.MaxTransactionBytes));
    }

    [Fact]
    public async Task The_application_around_a_node_has_services_and_endpoints_of_its_own_and_the_cluster_s_clock()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions
        {
            Time = clock,
            Application = builder =>
            {
                builder.Services.AddSingleton(new Greeting("hello"));
                builder.AddReplicationNode();
                var application = builder.Build();
                application.MapGet("/hello", (Greeting greeting, TimeProvider time) => $"{greeting.Text} at {time.GetUtcNow():HH:mm}");
                return application;
            },
        });

        var primary = await cluster.PrimaryAsync();
        clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("hello at 00:05", await primary.Http.GetStringAsync(new Uri("/hello", UriKind.Relative)));
        Assert.Equal("hello", primary.Services.GetRequiredService<Greeting>().Text);
    }

    [Fact]
    public async Task A_replica_that_does_not_get_there_is_described()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var link = cluster.LinkTo(primary);
        link.Cut();
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await Eventually.HoldsAsync("it has tried", () => replica.Status.Upstream!.LastError.Length > 0);

        var missed = await Assert.ThrowsAsync<NotReachedException>(() => TestCluster.WaitForCaughtUpAsync(replica, primary, TimeSpan.FromMilliseconds(50)));

        Assert.Contains("replica is Connecting at 0/0 (its last session ended: ", missed.LastSeen, StringComparison.Ordinal);
        Assert.Contains($"primary is Primary at {primary.Database.State.Position}", missed.LastSeen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_that_hold_other_data_at_one_position_are_told()
    {
        await using var cluster = new TestCluster();
        var one = await cluster.PrimaryAsync("one");
        var two = await cluster.PrimaryAsync("two");
        await one.Client.PutAsync("docs", "k", "1");
        await two.Client.PutAsync("docs", "k", "2");

        var differ = await Assert.ThrowsAsync<NodesDifferException>(() => TestCluster.WaitForCaughtUpAsync(two, one));

        Assert.Contains($"At {two.Database.State.Position} two has digest {two.Database.State.Digest} over 1 records", differ.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_failed_fails_the_cluster_when_it_is_asked_and_when_it_ends()
    {
        var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        cluster.ThrowIfFailed();

        Fail(primary, "the disk is gone.");

        var failed = Assert.Throws<NodeFailedException>(cluster.ThrowIfFailed);
        Assert.Equal("primary", failed.Node);
        Assert.Contains("the disk is gone.", failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NodeFailedException>(() => TestCluster.WaitForCaughtUpAsync(primary, primary));
        await Assert.ThrowsAsync<NodeFailedException>(async () => await cluster.DisposeAsync());
        Assert.False(Directory.Exists(cluster.Root));
    }

    [Fact]
    public async Task A_failure_that_was_wanted_is_accepted()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        Fail(primary, "on purpose.");

        Assert.Equal("on purpose.", Assert.Single(primary.AcceptFatalFailures()).Message);

        Assert.Empty(primary.FatalFailures);
        cluster.ThrowIfFailed();
    }

    [Fact]
    public async Task A_link_that_leads_elsewhere_is_refused()
    {
        await using var cluster = new TestCluster();
        var one = await cluster.PrimaryAsync("one");
        var two = await cluster.PrimaryAsync("two");

        await Assert.ThrowsAsync<ArgumentException>(() => cluster.ReplicaAsync(two, link: cluster.LinkTo(one)));
    }

    [Fact]
    public async Task Replicas_may_be_started_together()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");

        var replicas = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => cluster.ReplicaAsync(primary, $"replica-{i}")));

        await Task.WhenAll(replicas.Select(replica => TestCluster.WaitForCaughtUpAsync(replica, primary)));
        Assert.Equal(5, cluster.Nodes.Count);
    }

    private static void Fail(TestNode node, string reason) => node.Services.GetRequiredService<FatalExit>()(new IOException(reason));
}
