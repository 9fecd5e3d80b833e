using System.Net;
using System.Net.Sockets;
using Replication.Server.Demo;
using Replication.Server.Demo.Nodes;

namespace Replication.Server.Tests.Demo;

public sealed class PortChoiceTests
{
    [Fact]
    public void The_defaults_of_primary_and_replica_come_first()
    {
        var ports = new PortChoice(static _ => true);

        Assert.Equal([new PortPair(7400, 7401), new PortPair(7410, 7411), new PortPair(7420, 7421)], [ports.Take(), ports.Take(), ports.Take()]);
    }

    [Theory]
    [InlineData(7400)]
    [InlineData(7401)]
    public void A_pair_with_a_port_in_use_is_passed_over(int used) => Assert.Equal(new PortPair(7410, 7411), new PortChoice(port => port != used).Take());

    [Fact]
    public void When_no_pair_is_free_it_says_what_to_do() =>
        Assert.Contains("Stop what uses them", Assert.Throws<DemoException>(() => new PortChoice(static _ => false).Take()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_port_is_free_until_somebody_listens()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.False(PortChoice.IsFree(port));
        listener.Dispose();
        Assert.True(PortChoice.IsFree(port));
    }
}
