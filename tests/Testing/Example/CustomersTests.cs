using System.Net;
using System.Net.Http.Json;

namespace Replication.Testing.Tests.Example;

public sealed class CustomersTests
{
    private static readonly Uri Ada = new("/customers/ada", UriKind.Relative);

    [Fact]
    public async Task A_customer_written_at_the_primary_is_read_at_a_replica_whose_link_was_cut_meanwhile()
    {
        await using var cluster = new TestCluster(new TestClusterOptions { Application = CustomersApplication.Create });
        var primary = await cluster.PrimaryAsync();
        var link = cluster.LinkTo(primary);
        var replica = await cluster.ReplicaAsync(primary, link: link);
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        link.Cut();
        var written = await primary.Http.PutAsJsonAsync(Ada, new Customer("Ada", "GB"));
        var early = await replica.Http.GetAsync(Ada);
        link.Restore();
        await TestCluster.WaitForCaughtUpAsync(replica, primary);

        Assert.Equal(HttpStatusCode.OK, written.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
        Assert.Equal(new Customer("Ada", "GB"), await replica.Http.GetFromJsonAsync<Customer>(Ada));
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        await using var cluster = new TestCluster(new TestClusterOptions { Application = CustomersApplication.Create });
        var primary = await cluster.PrimaryAsync();
        await primary.Http.PutAsJsonAsync(Ada, new Customer("Ada", "GB"));

        await primary.StopAsync();
        await primary.StartAsync();

        Assert.Equal(new Customer("Ada", "GB"), await primary.Http.GetFromJsonAsync<Customer>(Ada));
    }
}
