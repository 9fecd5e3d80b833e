using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Replication.Bench.Load;

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

    /// <summary>A load of so many SETs a second, until it is cancelled.</summary>
    public async Task LoadAsync(int callers, double rate, int records, CancellationToken cancellation)
    {
        var connections = new ConcurrentQueue<RespConnection>();
        try
        {
            for (var i = 0; i < callers; i++) connections.Enqueue(await RespConnection.OpenAsync(primary.Port, CancellationToken.None));
            await PacedLoad.RunAsync(callers, rate, async random =>
            {
                if (!connections.TryDequeue(out var connection)) throw new InvalidOperationException("There are more callers than connections.");
                await connection.SendAsync(Dataset.RedisSets(random.Next(records), 1, random), 1, CancellationToken.None);
                connections.Enqueue(connection);
            }, cancellation);
        }
        finally
        {
            foreach (var connection in connections) connection.Dispose();
        }
    }

    /// <summary>One write after the other: from its answer on the primary until a GET on the replica shows it.</summary>
    public async Task<LatencyHistogram> ProbeAsync(TimeSpan duration, CancellationToken cancellation)
    {
        using var writer = await RespConnection.OpenAsync(primary.Port, cancellation);
        using var reader = await RespConnection.OpenAsync(replica.Port, cancellation);
        var histogram = new LatencyHistogram();
        var begin = Stopwatch.GetTimestamp();
        for (var number = 0; Stopwatch.GetElapsedTime(begin) < duration; number++)
        {
            var value = string.Create(CultureInfo.InvariantCulture, $"{number:D100}");
            await writer.AskAsync($"SET probe {value}", cancellation);
            var answered = Stopwatch.GetTimestamp();
            while (await reader.AskAsync("GET probe", cancellation) != value) cancellation.ThrowIfCancellationRequested();
            histogram.Record(answered, Stopwatch.GetTimestamp());
        }
        return histogram;
    }

    public async ValueTask DisposeAsync()
    {
        await replica.DisposeAsync();
        await primary.DisposeAsync();
    }

    private static Task<string> OffsetAsync(RedisServer server, CancellationToken cancellation) => server.InfoAsync("replication", "master_repl_offset", cancellation);
}
