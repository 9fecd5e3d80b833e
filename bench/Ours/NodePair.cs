using Replication.Client;

namespace Replication.Bench.Ours;

/// <summary>A primary and one replica.</summary>
internal sealed class NodePair(Node primary, Node replica) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Node Primary => primary;

    public Node Replica => replica;

    public double CpuSeconds => primary.Process.CpuSeconds + replica.Process.CpuSeconds;

    public static async Task<NodePair> StartAsync(Workspace workspace, CancellationToken cancellation)
    {
        var primary = await Node.StartAsync(workspace, workspace.NewPath("primary"), null, cancellation);
        try
        {
            return new NodePair(primary, await Node.StartAsync(workspace, workspace.NewPath("replica"), primary.Address, cancellation));
        }
        catch
        {
            await primary.DisposeAsync();
            throw;
        }
    }

    /// <summary>Holds the replica to the primary: the same digest at the same position.</summary>
    public static async Task ProveAsync(DigestResult expected, ReplicationClient replica, CancellationToken cancellation)
    {
        var copy = await replica.DigestAsync(expected.Position, Patience, cancellation);
        if (copy != expected) throw new InvalidOperationException($"The replica does not hold what the primary holds: {copy}, not {expected}.");
    }

    public async Task ProveAsync(CancellationToken cancellation) => await ProveAsync(await primary.Client.DigestAsync(cancellation: cancellation), replica.Client, cancellation);

    public async ValueTask DisposeAsync()
    {
        await replica.DisposeAsync();
        await primary.DisposeAsync();
    }
}
