using System.Text;
using Replication.Client;

namespace Replication.Node.Tests.Fixture;

/// <summary>Nodes in this process, over real files and real connections, each in a folder of its own; removed at the end.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<TestNode> _nodes = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("replication-").FullName;

    public string PathOf(string name) => Path.Combine(Root, name);

    public Task<TestNode> PrimaryAsync(string name = "primary", Action<Options.NodeOptions>? configure = null) => StartAsync(name, null, configure);

    public Task<TestNode> ReplicaAsync(TestNode upstream, string name = "replica", Action<Options.NodeOptions>? configure = null) =>
        StartAsync(name, upstream.Uri, configure);

    public async Task<TestNode> StartAsync(string name, Uri? upstream, Action<Options.NodeOptions>? configure = null)
    {
        var node = await TestNode.StartAsync(PathOf(name), name, upstream, configure);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Waits until a node shows what another has committed by now, and checks that both have the same data.</summary>
    public static async Task AssertCaughtUpAsync(TestNode node, TestNode upstream)
    {
        await Eventually.HoldsAsync(
            $"{node.Name} is where {upstream.Name} is, which writes no more", () => node.Database.State.Position == upstream.Database.State.Position);
        var state = node.Database.State;
        var at = new LogPosition(state.Position.Epoch.Number, (ulong)state.Index);
        var wait = TimeSpan.FromSeconds(10);
        var expected = await upstream.Client.DigestAsync(at, wait);
        var actual = await node.Client.DigestAsync(at, wait);
        Assert.Equal(expected.Digest, actual.Digest);
        Assert.Equal(expected.Records, actual.Records);
    }

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes($"{{\"text\":\"{text}\"}}");

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes)) await node.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
