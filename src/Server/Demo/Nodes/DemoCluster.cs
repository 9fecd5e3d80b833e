using System.Globalization;
using Replication.Node.Roles;

namespace Replication.Server.Demo.Nodes;

/// <summary>A primary and its replicas, each a process.</summary>
internal sealed class DemoCluster : IAsyncDisposable
{
    private readonly DemoNode[] _replicas;

    /// <summary>Makes a cluster that is not started.</summary>
    /// <param name="folder">For data and logs.</param>
    /// <param name="replicas">How many.</param>
    public DemoCluster(string folder, int replicas)
    {
        var ports = new PortChoice(PortChoice.IsFree);
        Primary = new DemoNode("primary", NodeRole.Primary, null, folder, ports);
        _replicas = [.. Enumerable.Range(1, replicas).Select(number =>
            new DemoNode(string.Create(CultureInfo.InvariantCulture, $"replica-{number}"), NodeRole.Replica, Primary, folder, ports))];
    }

    /// <summary>The node that writes.</summary>
    public DemoNode Primary { get; }

    /// <summary>The nodes that follow it.</summary>
    public IReadOnlyList<DemoNode> Replicas => _replicas;

    /// <summary>All of them, the primary first.</summary>
    public IEnumerable<DemoNode> Nodes => [Primary, .. _replicas];

    /// <summary>Starts all nodes and returns when they are ready.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        using var probe = new ReadyProbe();
        await Primary.StartAsync(probe, cancellation);
        await Task.WhenAll(_replicas.Select(replica => replica.StartAsync(probe, cancellation)));
    }

    /// <summary>Starts again what has ended; says so, or null.</summary>
    public string? Revive() => string.Join(' ', Nodes.Select(static node => node.Revive()).OfType<string>()) is { Length: > 0 } said ? said : null;

    /// <summary>All nodes as they are now. Their lag is what the primary knows of it: a replica alone may not know yet what it lacks.</summary>
    public async Task<IReadOnlyList<NodeReading>> ReadAsync(CancellationToken cancellation)
    {
        var readings = await Task.WhenAll(Nodes.Select(node => node.ReadAsync(cancellation)));
        var lags = readings[0].LagOfFollowers;
        return [.. readings.Select(reading => lags.TryGetValue(reading.Name, out var lag) ? reading with { Lag = lag } : reading)];
    }

    /// <summary>Ends the replicas, then the primary; says what went wrong.</summary>
    public async Task<IReadOnlyList<string>> StopAsync()
    {
        var replicas = await Task.WhenAll(_replicas.Select(static replica => replica.StopAsync()));
        return [.. replicas.Append(await Primary.StopAsync()).OfType<string>()];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();
}
