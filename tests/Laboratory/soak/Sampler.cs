using Replication.Client;
using Replication.ProcessKit.Load;

namespace Replication.Laboratory.Soak;

/// <summary>Looks at everything once a second, and reads on each node all the while.</summary>
internal sealed class Sampler(SoakCluster cluster, Latencies commits)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(20);

    private readonly Latencies _reads = new();
    private readonly List<Sample> _samples = [];

    public IReadOnlyList<Sample> Samples => _samples;

    public Task RunAsync(CancellationToken stop) => Task.WhenAll([SampleAsync(stop), .. cluster.Nodes.Select(node => ReadAsync(node.Client, stop))]);

    private async Task SampleAsync(CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var second = new PeriodicTimer(Interval);
        while (await TicksAsync(second, stop))
        {
            using var late = new CancellationTokenSource(AnswerWithin);
            var shown = await Task.WhenAll(cluster.Nodes.Select(node => NodeSample.ShownAsync(node.Client, late.Token)));
            _samples.Add(new Sample(TimeProvider.System.GetElapsedTime(began), commits.Take(), _reads.Take(), [.. cluster.Nodes.Zip(shown, (node, index) => NodeSample.Of(node, shown[0], index))]));
        }
    }

    private async Task ReadAsync(ReplicationClient node, CancellationToken stop)
    {
        using var pause = new PeriodicTimer(BetweenReads);
        while (await TicksAsync(pause, stop))
        {
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                await node.GetAsync(Vault.Collection, Vault.Key(0), cancellation: CancellationToken.None);
                _reads.Add(TimeProvider.System.GetElapsedTime(began));
            }
            catch (ReplicationException)
            {
                // Away or loading: no answer, no latency.
            }
        }
    }

    private static async Task<bool> TicksAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
