using System.Globalization;
using Replication.Client;
using Replication.Kit.Checks;
using Replication.ProcessKit;
using Replication.ProcessKit.Load;
using Replication.ProcessKit.Proxying;
using Replication.ProcessKit.Recording;

namespace Replication.Laboratory.Soak;

/// <summary>One run: load, faults and samples for a while, then everything is mended and judged.</summary>
internal sealed class SoakRun(SoakOptions options)
{
    private const int Writers = 4;
    private const int Tellers = 2;
    private const int LeastKinds = 3;
    private static readonly TimeSpan BetweenTransfers = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    /// <summary>Runs it.</summary>
    /// <returns>Whether every check passed.</returns>
    public async Task<bool> RunAsync()
    {
        await using var cluster = await SoakCluster.StartAsync();
        await Vault.OpenAsync(cluster.Primary.Client);
        // Without request ids: the log's are those of the recorded load.
        await using var tellers = new Tellers(cluster.Primary.Client, Tellers, options.Seed, BetweenTransfers);
        await using var load = new RecordedLoad(cluster.Primary.Process.Address, [.. cluster.Nodes.Select(static node => node.Process.Address)], options.Seed, Writers);
        var sampler = new Sampler(cluster, tellers.Latencies);
        var nodeFaults = new NodeFaults(cluster, options.Seed);
        var linkFaults = new LinkFaults([cluster.ToPrimary, cluster.ToNear], options.Seed, flipsBits: true);

        tellers.Start();
        load.Start();
        using (var over = new CancellationTokenSource(options.Length))
            await Task.WhenAll(sampler.RunAsync(over.Token), nodeFaults.RunAsync(over.Token), linkFaults.RunAsync(over.Token));
        new SoakReport([.. cluster.Nodes.Select(static node => node.Name)], sampler.Samples).Write(options.Output);
        Tell(nodeFaults.Happened.Concat(linkFaults.Happened));
        return await JudgeAsync(cluster, load, tellers, sampler, nodeFaults);
    }

    private static async Task<bool> JudgeAsync(SoakCluster cluster, RecordedLoad load, Tellers tellers, Sampler sampler, NodeFaults faults)
    {
        var verdict = new Verdict();
        await verdict.CheckAsync("writers get on behind the faults", async () =>
        {
            await load.GetsOnAsync();
            await load.StopAsync();
            await tellers.StopAsync();
            return $"{load.Ledger.Committed} commits, {load.Ledger.Unknown} unknown, {load.Ledger.Reads} reads; {tellers}";
        });
        // One that met the full disk at the very end may have ended itself since.
        foreach (var node in cluster.Nodes) await node.ReviveAsync(faults.FilledDisk && node == cluster.Far);
        SoakNode[] followers = [cluster.Near, cluster.Far];
        await verdict.CheckAsync("equal digests", async () => $"{await Agreement.CheckAsync(cluster.Primary.Process, followers.Select(static node => node.Process))}");
        var newest = new ReadOptions((await cluster.Primary.Client.DigestAsync()).Position, Wait);
        foreach (var node in cluster.Nodes)
        {
            await verdict.CheckAsync($"totals and answered transfers on {node.Name}", async () =>
            {
                await Vault.CheckAsync(node.Client, newest);
                await tellers.CheckReceiptsAsync(node.Client, newest);
                return "there";
            });
        }
        verdict.CheckTrends([.. cluster.Nodes.Select(static node => node.Name)], sampler.Samples);
        await verdict.CheckAsync("faults came to something", () => faults.Happened.Count >= LeastKinds ? Task.FromResult($"{faults.Happened.Values.Sum()} of processes and disks") : throw new InvalidOperationException("Too few kinds of them."));
        await cluster.Primary.StopAsync();
        await verdict.CheckAsync("everything that clients were told is in the log", () =>
        {
            var counts = load.CheckAgainst(cluster.Primary.Process);
            return Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"{counts.Committed} commits, {counts.Reads} reads, {counts.Preconditions} preconditions, {counts.Unknown} unknown"));
        });
        await verdict.CheckAsync("a replica that was away all the time comes back without a snapshot", () => ReturnAsync(cluster));
        Console.WriteLine(verdict);
        return verdict.IsGood;
    }

    // Last, because from then on the log is kept for it no more.
    private static async Task<string> ReturnAsync(SoakCluster cluster)
    {
        cluster.Primary.Start();
        cluster.Away.Start();
        await Task.WhenAll(cluster.Primary.Process.WaitReadyAsync(), cluster.Away.Process.WaitReadyAsync());
        var digest = await Agreement.CheckAsync(cluster.Primary.Process, [cluster.Away.Process]);
        var installed = (await cluster.Away.Client.StatusAsync()).Counters.SnapshotsInstalled;
        return installed == 0 ? $"{digest}" : throw new ViolationException("a replica that is well within its budget of log is never told to begin from a snapshot", $"it installed {installed}");
    }

    private static void Tell(IEnumerable<KeyValuePair<string, int>> faults)
    {
        foreach (var (what, count) in faults.OrderBy(static fault => fault.Key, StringComparer.Ordinal)) Console.WriteLine($"      {count} × {what}");
    }
}
