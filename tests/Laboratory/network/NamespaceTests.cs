using System.Globalization;
using System.Net.NetworkInformation;
using Replication.Laboratory.Network.Namespaces;
using Replication.ProcessKit;

namespace Replication.Laboratory.Network;

/// <summary>The network itself: a route that is not cut as planned would make every test here pass for nothing.</summary>
public sealed class NamespaceTests
{
    private const int LostMillis = 500;
    private const int AnsweredMillis = 30_000;

    [Fact]
    public async Task A_route_is_cut_one_way_for_one_pair_only_and_nothing_is_left_behind()
    {
        string name;
        await using (var network = await HostNetwork.CreateAsync("a", "b"))
        {
            name = network.CommandOn("a")[^1];
            Assert.Equal((true, 1), await PingAsync(network, "a"));

            await network.LoseAsync("a", HostNetwork.Here);
            Assert.Equal((false, 1), await PingAsync(network, "a", LostMillis)); // It came, and its answer was lost.
            Assert.Equal((true, 1), await PingAsync(network, "b"));
            await network.RestoreAsync("a", HostNetwork.Here);

            await network.LoseAsync(HostNetwork.Here, "a");
            Assert.Equal((false, 0), await PingAsync(network, "a", LostMillis));
            Assert.Equal((true, 1), await PingAsync(network, "b"));
            await network.RestoreAsync(HostNetwork.Here, "a");

            Assert.Equal((true, 1), await PingAsync(network, "a"));
        }
        Assert.DoesNotContain(name, await Command.RunAsync("ip", "netns", "list"), StringComparison.Ordinal);
    }

    private static async Task<(bool IsAnswered, long Arrived)> PingAsync(HostNetwork network, string host, int millis = AnsweredMillis)
    {
        var before = await EchoesAsync(network, host);
        using var ping = new Ping();
        var reply = await ping.SendPingAsync(network.AddressOf(host), millis);
        return (reply.Status == IPStatus.Success, await EchoesAsync(network, host) - before);
    }

    // The kernel's count of echo requests: two lines that begin with Icmp:, names and numbers.
    private static async Task<long> EchoesAsync(HostNetwork network, string host)
    {
        var command = network.CommandOn(host);
        var lines = (await Command.RunAsync(command[0], [.. command[1..], "cat", "/proc/net/snmp"])).Split('\n').Where(static line => line.StartsWith("Icmp:", StringComparison.Ordinal)).Select(static line => line.Split(' ')).ToList();
        return long.Parse(lines[1][Array.IndexOf(lines[0], "InEchos")], CultureInfo.InvariantCulture);
    }
}
