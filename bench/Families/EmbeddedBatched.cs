using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Peers;
using Replication.Bench.Processes;
using Replication.Bench.Reporting;
using Replication.Client;

namespace Replication.Bench.Families;

/// <summary>Many records in each transaction of an application that has the primary in its own process, while a replica follows.</summary>
internal sealed class EmbeddedBatched : IFamily
{
    private const int Callers = 64;
    private const int OperationsPerTransaction = 150;

    public string Name => "embedded-batched";

    public string About => $"{OperationsPerTransaction} operations a transaction inside the primary's process, {Callers} callers, one replica following";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var primary = await EmbeddedNode.StartAsync(workspace, cancellation);
        await using var client = new ReplicationClient(new ReplicationClientOptions { Address = primary.Address });
        await using var replica = await Ours.Node.StartAsync(workspace, workspace.NewPath("replica"), primary.Address, cancellation);
        await using var tarantool = settings.Peers ? await TarantoolServer.StartPrimaryAsync(workspace, records: 0, isHashed: true, cancellation) : null;
        await using var copy = tarantool is null ? null : await TarantoolServer.StartReplicaAsync(workspace, tarantool, records: 0, cancellation);
        var (ours, peer) = (new LoadSamples(), new LoadSamples());
        await OursAsync(settings.Warm, new LoadSamples());
        await settings.AlternateAsync(() => OursAsync(settings.Duration, ours), tarantool is null ? null : PeerAsync);
        ours.AddRows(report, Name, peer, "records/s", Target.AtLeastTimes(4), latency: null, $"Tarantool, wal_mode=fsync, {Callers} fibers");

        async Task OursAsync(TimeSpan duration, LoadSamples samples)
        {
            var cpu = OurCpu();
            var result = await CallerLoad.RunAsync(
                Callers, duration, random => primary.PutManyAsync(OperationsPerTransaction, settings.Records, random, cancellation), cancellation);
            samples.Add(Records(result), OurCpu() - cpu);
            await NodePair.ProveAsync(await client.DigestAsync(cancellation: cancellation), replica.Client, cancellation);
        }

        async Task PeerAsync()
        {
            await tarantool!.CommitAsync(Callers, OperationsPerTransaction, TimeSpan.Zero, settings.Records, cancellation); // Makes its keys and values.
            var cpu = PeerCpu();
            var result = await tarantool.CommitAsync(Callers, OperationsPerTransaction, settings.Duration, settings.Records, cancellation);
            peer.Add(Records(result), PeerCpu() - cpu);
            await tarantool.ProveAsync(copy!, cancellation);
        }

        // The callers are in the primary's process, on both sides, so their time is in this, too.
        double OurCpu() => ProcessFigures.CpuSeconds(Environment.ProcessId) + replica.Process.CpuSeconds;

        double PeerCpu() => tarantool!.CpuSeconds + copy!.CpuSeconds;
    }

    private static LoadResult Records(LoadResult result) => result with { Operations = result.Operations * OperationsPerTransaction };
}
