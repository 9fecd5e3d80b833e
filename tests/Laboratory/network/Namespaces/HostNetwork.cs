using System.Globalization;
using System.Net;
using Replication.ProcessKit;

namespace Replication.Laboratory.Network.Namespaces;

/// <summary>
/// Hosts on this machine, each a network namespace, with a router between them that can lose what goes one way. The test
/// itself is joined to it as one more host. Needs root. Everything is named after this process, so that <c>check</c> finds
/// what a test that was killed left behind.
/// </summary>
internal sealed class HostNetwork : IAsyncDisposable
{
    /// <summary>The test's own name as a host.</summary>
    public const string Here = "here";

    /// <summary>What the names of all namespaces begin with; the process id follows.</summary>
    public const string Prefix = "replication-lab-";

    private const string Router = "router";
    private const int MostHosts = 60;
    private const int Subnets = 256;

    // RFC 2544: set aside for tests of networks, so nobody's real addresses.
    private const string Block = "198.18";

    private static int _made;
    private static int _tried;

    private readonly int _number = Interlocked.Increment(ref _made);
    private readonly List<string> _hosts = [];
    private readonly List<string> _namespaces = [];
    private readonly int _subnet;

    private HostNetwork(int subnet) => _subnet = subnet;

    /// <summary>Makes the network.</summary>
    /// <param name="hosts">Their names.</param>
    public static async Task<HostNetwork> CreateAsync(params string[] hosts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hosts.Length, MostHosts);
        var network = new HostNetwork(await FreeSubnetAsync());
        try
        {
            await network.AddNamespaceAsync(Router);
            await Command.RunAsync("ip", [.. network.CommandOn(Router)[1..], "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
            foreach (var host in hosts) await network.AddHostAsync(host);
            await network.JoinAsync();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>A host's address.</summary>
    public IPAddress AddressOf(string host) => Address((4 * IndexOf(host)) + 2);

    /// <summary>The command to which a program is given that is to run on a host.</summary>
    public string[] CommandOn(string host) => ["ip", "netns", "exec", NameOf(host)];

    /// <summary>Loses every packet from one host to another, from now on; nobody is told.</summary>
    public Task LoseAsync(string from, string to) => RuleAsync("add", from, to);

    /// <summary>Lets them through again.</summary>
    public Task RestoreAsync(string from, string to) => RuleAsync("del", from, to);

    /// <summary>Removes everything. What still runs on a host keeps its namespace alive, without a name, until it ends.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in _namespaces) await IpAsync("netns", "del", name);
        _namespaces.Clear();
    }

    private static async Task<int> FreeSubnetAsync()
    {
        for (var tries = 0; tries < Subnets; tries++)
        {
            // Two networks may be made at the same time.
            var subnet = (Environment.ProcessId + Interlocked.Increment(ref _tried)) % Subnets;
            var routes = await Command.RunAsync("ip", "-4", "route", "show", "root", string.Create(CultureInfo.InvariantCulture, $"{Block}.{subnet}.0/24"));
            if (routes.Length == 0) return subnet;
        }
        throw new InvalidOperationException($"Every subnet of {Block}.0.0/16 is in use. Remove what was left running.");
    }

    private async Task AddHostAsync(string host)
    {
        _hosts.Add(host);
        await AddNamespaceAsync(host);
        await ConnectAsync(host, "netns", NameOf(host));
        await ConfigureAsync(["-n", NameOf(host)], host);
        await IpAsync("-n", NameOf(host), "route", "add", "default", "via", RouterAddressFor(host));
    }

    // This process stays where it is: it gets an interface and a route.
    private async Task JoinAsync()
    {
        _hosts.Add(Here);
        await ConnectAsync(Here);
        await ConfigureAsync([], Here);
        await IpAsync("route", "add", string.Create(CultureInfo.InvariantCulture, $"{Block}.{_subnet}.0/24"), "via", RouterAddressFor(Here));
    }

    private async Task AddNamespaceAsync(string name)
    {
        await IpAsync("netns", "add", NameOf(name));
        _namespaces.Add(NameOf(name));
        await IpAsync("-n", NameOf(name), "link", "set", "lo", "up");
    }

    private async Task ConnectAsync(string host, params string[] where)
    {
        await IpAsync(["link", "add", DeviceOf(host, 'r'), "netns", NameOf(Router), "type", "veth", "peer", "name", DeviceOf(host, 'h'), .. where]);
        await IpAsync("-n", NameOf(Router), "addr", "add", RouterAddressFor(host) + "/30", "dev", DeviceOf(host, 'r'));
        await IpAsync("-n", NameOf(Router), "link", "set", DeviceOf(host, 'r'), "up");
    }

    private async Task ConfigureAsync(string[] where, string host)
    {
        await IpAsync([.. where, "addr", "add", AddressOf(host) + "/30", "dev", DeviceOf(host, 'h')]);
        await IpAsync([.. where, "link", "set", DeviceOf(host, 'h'), "up"]);
    }

    private Task<string> RuleAsync(string verb, string from, string to) =>
        IpAsync("-n", NameOf(Router), "rule", verb, "from", AddressOf(from).ToString(), "to", AddressOf(to).ToString(), "blackhole");

    private static Task<string> IpAsync(params string[] arguments) => Command.RunAsync("ip", arguments);

    private string NameOf(string host) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{_number}-{host}");

    // At most 15 characters.
    private string DeviceOf(string host, char end) => string.Create(CultureInfo.InvariantCulture, $"rl{Environment.ProcessId:x}{_number:x}{end}{IndexOf(host)}");

    private string RouterAddressFor(string host) => Address((4 * IndexOf(host)) + 1).ToString();

    private IPAddress Address(int last) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{Block}.{_subnet}.{last}"));

    private int IndexOf(string host) => _hosts.IndexOf(host) is >= 0 and var index ? index : throw new ArgumentException($"There is no host '{host}'.", nameof(host));
}
