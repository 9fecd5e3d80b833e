using System.Net;
using System.Text.Json;
using Replication.Testing;

namespace Replication.Node.Tests;

public sealed class HttpTests
{
    [Fact]
    public async Task A_node_says_that_it_lives_that_it_is_ready_and_what_it_has()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");

        Assert.Equal("live\n", await primary.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        await Eventually.HoldsAsync("the primary is ready", async () => (await primary.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode == HttpStatusCode.OK);
        using var status = JsonDocument.Parse(await primary.Http.GetStringAsync(new Uri("/v1/status", UriKind.Relative)));

        Assert.Equal("primary", status.RootElement.GetProperty("role").GetString());
        Assert.Equal(primary.Database.State.Position.ToString(), status.RootElement.GetProperty("durable").GetString());
        Assert.Equal(1, status.RootElement.GetProperty("records").GetInt64());
        Assert.Equal(primary.Database.State.Digest.ToString(), status.RootElement.GetProperty("digest").GetString());
    }

    [Fact]
    public async Task A_replica_without_its_primary_lives_and_is_not_ready()
    {
        await using var cluster = new TestCluster();
        var replica = await cluster.StartAsync("replica", new Uri("http://127.0.0.1:1"));

        var live = await replica.Http.GetAsync(new Uri("/health/live", UriKind.Relative));
        var ready = await replica.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("Connecting", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
