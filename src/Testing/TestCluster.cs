using System.Runtime.ExceptionServices;
using Replication.Node.Options;

namespace Replication.Testing;

/// <summary>
/// Nodes in this process, over real files and real connections of the loopback device, each in an application and a
/// folder of its own. All of it is stopped and removed at the end. Thread-safe: nodes may be started together.
/// </summary>
/// <param name="options">What the nodes have in common; default: nodes without an application around them.</param>
public sealed class TestCluster(TestClusterOptions? options = null) : IAsyncDisposable
{
    private readonly TestClusterOptions _options = options ?? new TestClusterOptions();
    private readonly Lock _gate = new();
    private readonly List<TestNode> _nodes = [];
    private readonly List<TestLink> _links = [];

    /// <summary>The folder of the nodes' folders.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("replication-").FullName;

    /// <summary>Every node that was started, in that order.</summary>
    public IReadOnlyList<TestNode> Nodes
    {
        get
        {
            lock (_gate) return [.. _nodes];
        }
    }

    /// <summary>The data directory of a node of that name.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Starts a primary. It begins a new database unless its folder has one.</summary>
    /// <param name="name">The node's name, and that of its folder.</param>
    /// <param name="configure">Changes its options, after <see cref="TestClusterOptions.Configure"/>.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The data directory or the port cannot be used; its type and message say why.</exception>
    public Task<TestNode> PrimaryAsync(string name = "primary", Action<NodeOptions>? configure = null, CancellationToken cancellation = default) =>
        StartAsync(name, null, configure, cancellation);

    /// <summary>Starts a replica of a node, which may be a replica too. It is not caught up yet: <see cref="WaitForCaughtUpAsync"/>.</summary>
    /// <param name="upstream">The node to follow.</param>
    /// <param name="name">The node's name, and that of its folder.</param>
    /// <param name="configure">Changes its options, after <see cref="TestClusterOptions.Configure"/>.</param>
    /// <param name="link">What stands between the two: of <see cref="LinkTo"/>, or one that leads to the upstream's address; null for nothing.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The data directory or the port cannot be used; its type and message say why.</exception>
    public Task<TestNode> ReplicaAsync(
        TestNode upstream, string name = "replica", Action<NodeOptions>? configure = null, TestLink? link = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        if (link is not null && link.Target != upstream.Address) throw new ArgumentException($"The link leads to {link.Target}, not to {upstream.Name} at {upstream.Address}.", nameof(link));
        return StartAsync(name, link?.Address ?? upstream.Address, configure, cancellation);
    }

    /// <summary>Starts a node by the address of its upstream, where nobody needs to be.</summary>
    /// <param name="name">The node's name, and that of its folder.</param>
    /// <param name="upstream">gRPC address of the node to follow; null for a primary.</param>
    /// <param name="configure">Changes its options, after <see cref="TestClusterOptions.Configure"/>.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The data directory or the port cannot be used; its type and message say why.</exception>
    public async Task<TestNode> StartAsync(string name, Uri? upstream, Action<NodeOptions>? configure = null, CancellationToken cancellation = default)
    {
        var node = new TestNode(name, PathOf(name), upstream, _options, configure);
        await node.StartAsync(cancellation);
        lock (_gate) _nodes.Add(node);
        return node;
    }

    /// <summary>Opens a link that leads to a node; it ends with the cluster. Its latencies are of real time.</summary>
    public TestLink LinkTo(TestNode upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        var link = new TestLink(upstream.Address);
        lock (_gate) _links.Add(link);
        return link;
    }

    /// <summary>
    /// Waits until a node shows what another has committed by now, then compares the digests of their data at one position.
    /// Both may go on meanwhile. Another that has nothing to show yet, as right after its start, is awaited first.
    /// </summary>
    /// <param name="node">The one that follows, at whatever distance.</param>
    /// <param name="upstream">The one to compare with.</param>
    /// <param name="patience">How long at most; default <see cref="Eventually.DefaultPatience"/>.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="NotReachedException">It did not get there in time; the message has both positions, and why the last session ended.</exception>
    /// <exception cref="NodesDifferException">Their data differs.</exception>
    /// <exception cref="NodeFailedException">One of them has failed.</exception>
    public static async Task WaitForCaughtUpAsync(TestNode node, TestNode upstream, TimeSpan? patience = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(upstream);
        var began = TimeProvider.System.GetTimestamp();
        var limit = patience ?? Eventually.DefaultPatience;
        await Eventually.HoldsAsync(
            $"{upstream.Name} has data",
            () =>
            {
                upstream.ThrowIfFailed();
                return upstream.Database.State.Index > 0;
            },
            limit,
            () => $"{upstream.Describe()}.",
            cancellation);
        var target = upstream.Database.State.Index;
        var left = limit - TimeProvider.System.GetElapsedTime(began);
        await Eventually.HoldsAsync(
            $"{node.Name} has caught up with {upstream.Name} as of entry {target}",
            () =>
            {
                node.ThrowIfFailed();
                upstream.ThrowIfFailed();
                return node.Database.State.Index >= target && Comparison.HoldTheSame(node, upstream);
            },
            left > TimeSpan.Zero ? left : TimeSpan.Zero,
            () => $"{node.Describe()}; {upstream.Describe()}.",
            cancellation);
    }

    /// <summary>Throws when a node met something after which its process would have ended.</summary>
    /// <exception cref="NodeFailedException">One node did.</exception>
    /// <exception cref="AggregateException">Several did.</exception>
    public void ThrowIfFailed() => Throw([.. Nodes.SelectMany(static node => node.Failures())]);

    /// <summary>
    /// Ends the links, so that no node waits for one that is stalled, stops the nodes, those that were started last first, and
    /// removes the data, also when a part of that fails; then does as <see cref="ThrowIfFailed"/>.
    /// </summary>
    /// <exception cref="NodeFailedException">A node met something after which its process would have ended.</exception>
    /// <exception cref="AggregateException">Several things went wrong.</exception>
    public async ValueTask DisposeAsync()
    {
        var failures = new List<Exception>();
        foreach (var part in _links.Concat<IAsyncDisposable>(Nodes.Reverse())) await EndAsync(part, failures);
        if (Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
        Throw([.. Nodes.SelectMany(static node => node.Failures()), .. failures]);
    }

    private static async Task EndAsync(IAsyncDisposable part, List<Exception> failures)
    {
        try
        {
            await part.DisposeAsync();
        }
        catch (Exception failure)
        {
            failures.Add(failure);
        }
    }

    private static void Throw(IReadOnlyList<Exception> failures)
    {
        if (failures.Count > 1) throw new AggregateException(failures);
        if (failures is [var one]) ExceptionDispatchInfo.Throw(one);
    }
}
