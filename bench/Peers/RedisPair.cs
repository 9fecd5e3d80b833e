namespace Replication.Bench.Peers;

/// <summary>A primary and one replica.</summary>
internal sealed class RedisPair(RedisServer primary, RedisServer replica) : IAsyncDisposable
{
    public RedisServer Primary => primary;

    public RedisServer Replica => replica;

    public double CpuSeconds => primary.Process.CpuSeconds + replica.Process.CpuSeconds;

    public static async Task<RedisPair> StartAsync(Workspace workspace, CancellationToken cancellation)
    {
        var primary = await RedisServer.StartAsync(workspace.NewDirectory("redis"), null, 0, cancellation);
        try
        {
            return new RedisPair(primary, await RedisServer.StartAsync(workspace.NewDirectory("redis-replica"), primary.Port, 0, cancellation));
        }
        catch
        {
            await primary.DisposeAsync();
            throw;
        }
    }

    /// <summary>Holds the replica to the primary: the same offset, the same number of keys.</summary>
    public async Task ProveAsync(CancellationToken cancellation)
    {
        await replica.Process.WaitUntilAsync(
            async token => await OffsetAsync(primary, token) == await OffsetAsync(replica, token), cancellation);
        if (await primary.RecordsAsync(cancellation) != await replica.RecordsAsync(cancellation))
            throw new InvalidOperationException("The Redis replica does not hold as many keys as its primary.");
    }

    public async ValueTask DisposeAsync()
    {
        await replica.DisposeAsync();
        await primary.DisposeAsync();
    }

    private static Task<string> OffsetAsync(RedisServer server, CancellationToken cancellation) => server.InfoAsync("replication", "master_repl_offset", cancellation);
}
