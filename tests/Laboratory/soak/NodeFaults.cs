using System.Collections.Concurrent;
using Replication.Client;

namespace Replication.Laboratory.Soak;

/// <summary>What happens to processes and disks, one after the other, from a seed.</summary>
internal sealed class NodeFaults(SoakCluster cluster, int seed)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    private readonly Random _random = new(seed);
    private readonly ConcurrentDictionary<string, int> _happened = new(StringComparer.Ordinal);
    private bool _wasFull;

    /// <summary>What was done how often.</summary>
    public IReadOnlyDictionary<string, int> Happened => _happened;

    /// <summary>Whether the disk of the far node has been full: it may still be about to end itself for it.</summary>
    public bool FilledDisk => _wasFull;

    /// <summary>Goes on until it is cancelled; then every node runs, and its disk has room.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await PassAsync(Between(Shortest, Longest), stop);
            await BreakAsync(stop);
            foreach (var node in cluster.Nodes)
                if (await node.ReviveAsync(_wasFull && node == cluster.Far))
                    Count("ended itself on a full disk");
        }
    }

    private async Task BreakAsync(CancellationToken stop)
    {
        var node = cluster.Nodes[_random.Next(cluster.Nodes.Count)];
        switch (_random.Next(8))
        {
            case < 3:
                Count($"{node.Name} killed");
                await node.KillAsync();
                await PassAsync(Between(TimeSpan.Zero, Longest), stop);
                node.Start();
                if (node == cluster.Primary) await node.Process.WaitReadyAsync();
                break;
            case < 5:
                Count($"{node.Name} stopped for a while");
                node.Process.Pause();
                await PassAsync(Between(Shortest, LongestPause), stop);
                node.Process.Resume();
                break;
            case < 7:
                Count(await AskForSnapshotAsync(node) ? $"snapshot of {node.Name}" : "snapshot refused");
                break;
            default:
                Count("full disk");
                _wasFull = true;
                cluster.FarDisk.Fill();
                await PassAsync(Between(Shortest, LongestPause), stop);
                cluster.FarDisk.Free();
                break;
        }
    }

    private static async Task<bool> AskForSnapshotAsync(SoakNode node)
    {
        try
        {
            await node.Client.TakeSnapshotAsync();
            return true;
        }
        catch (ReplicationException)
        {
            // It is away or has nothing to write yet.
            return false;
        }
    }

    private static async Task PassAsync(TimeSpan span, CancellationToken stop)
    {
        if (span <= TimeSpan.Zero) return;
        using var timer = new PeriodicTimer(span);
        try
        {
            await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // It is over; what is broken is mended next.
        }
    }

    private void Count(string what) => _happened.AddOrUpdate(what, 1, static (_, count) => count + 1);

    private TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * _random.NextDouble());
}
