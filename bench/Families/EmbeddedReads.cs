using System.Diagnostics;
using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Peers;
using Replication.Bench.Reporting;

namespace Replication.Bench.Families;

/// <summary>Point reads of one thread inside a node's process.</summary>
internal sealed class EmbeddedReads : IFamily
{
    private const int ReadsBetweenLooks = 1024;
    private const int BatchKeys = 64;

    public string Name => "embedded-reads";

    public string About => "point reads of random keys inside the node's process, one thread";

    public bool Grows => true;

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var node = await EmbeddedNode.StartAsync(workspace, cancellation);
        await node.LoadAsync(settings.Records, cancellation);
        await using var tarantool = settings.Peers ? await TarantoolServer.StartPrimaryAsync(workspace, settings.Records, isHashed: true, cancellation) : null;
        await MeasureAsync(Name, MeasureSingly, Target.AtLeastTimes(6));
        await MeasureAsync($"{Name}-batched", MeasureInBatches, Target.AtLeastTimes(12));

        async Task MeasureAsync(string name, Func<EmbeddedNode, int, TimeSpan, double> measure, Target target)
        {
            var (rate, peer) = (new Samples(), new Samples());
            measure(node, settings.Records, settings.Warm);
            if (tarantool is not null) await tarantool.ReadAsync(settings.Warm, settings.Records, cancellation);
            await settings.AlternateAsync(
                () => Task.Run(() => rate.Add(measure(node, settings.Records, settings.Duration)), cancellation),
                tarantool is null ? null : async () => peer.Add(await tarantool.ReadAsync(settings.Duration, settings.Records, cancellation)));
            report.Add(name, rate, peer, "records/s", target, "Tarantool, space:get in Lua");
        }
    }

    private static double MeasureInBatches(EmbeddedNode node, int records, TimeSpan duration)
    {
        var random = new Random(1);
        var keys = Enumerable.Range(0, BatchKeys).Select(_ => new byte[Dataset.KeyBytes]).ToArray();
        var memories = keys.Select(key => (ReadOnlyMemory<byte>)key).ToArray();
        var begin = Stopwatch.GetTimestamp();
        var reads = 0L;
        while (Stopwatch.GetElapsedTime(begin) < duration)
        {
            for (var i = 0; i < ReadsBetweenLooks / BatchKeys; i++, reads += BatchKeys)
            {
                foreach (var key in keys) Dataset.WriteKey(random.Next(records), key);
                using var guard = node.Node.Database.Enter();
                var index = guard.Records(Dataset.Collection)!.Value;
                index.Prefetch(memories);
                foreach (var key in keys)
                    if (index.Find(key) is not { Exists: true, Value.Length: Dataset.ValueBytes })
                        throw new InvalidOperationException("A read did not find its record.");
            }
        }
        return reads / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static double MeasureSingly(EmbeddedNode node, int records, TimeSpan duration)
    {
        var random = new Random(1);
        Span<byte> key = stackalloc byte[Dataset.KeyBytes];
        var begin = Stopwatch.GetTimestamp();
        var reads = 0L;
        while (Stopwatch.GetElapsedTime(begin) < duration)
        {
            for (var i = 0; i < ReadsBetweenLooks; i++)
            {
                Dataset.WriteKey(random.Next(records), key);
                using var guard = node.Node.Database.Enter();
                var record = guard.Find(Dataset.Collection, key);
                if (!record.Exists || record.Value.Length != Dataset.ValueBytes) throw new InvalidOperationException("A read did not find its record.");
            }
            reads += ReadsBetweenLooks;
        }
        return reads / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }
}
