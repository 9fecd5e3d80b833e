using Replication.Bench.Load;
using Replication.Bench.Ours;
using Replication.Bench.Reporting;
using Replication.Core.Transactions;

namespace Replication.Bench.Families;

/// <summary>Bytes of the managed heap that an operation takes inside the node's process.</summary>
internal sealed class Allocations : IFamily
{
    private const int Callers = 64;
    private const int TransactionsOfCaller = 64;
    private const int ManyOperations = 200;
    private const int BatchKeys = 64;
    private const int ScannedAtOnce = 1000;
    private const int Reads = 1_000_000;

    private static readonly byte[][] Keys = [.. Enumerable.Range(0, BatchKeys).Select(_ => new byte[Dataset.KeyBytes])];
    private static readonly ReadOnlyMemory<byte>[] Memories = [.. Keys.Select(key => (ReadOnlyMemory<byte>)key)];

    public string Name => "allocations";

    public string About => "managed bytes allocated for an operation inside the node's process: commits, point reads, scans";

    public async Task RunAsync(Settings settings, Workspace workspace, Report report, CancellationToken cancellation)
    {
        await using var node = await EmbeddedNode.StartAsync(workspace, cancellation, snapshotEveryBytes: 0);
        await node.LoadAsync(settings.Records, cancellation);
        await CommitsAsync($"{Name}-commit", operations: 1);
        await CommitsAsync($"{Name}-commit-{ManyOperations}", ManyOperations);
        foreach (var (name, read) in new (string, Action<EmbeddedNode, int>)[] { ("get", Get), ("get-batched", GetInBatches), ("scan", Scan) })
        {
            read(node, settings.Records); // What is made once is no part of it.
            var samples = new Samples();
            for (var round = 0; round < settings.Rounds; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                read(node, settings.Records);
                samples.Add((double)(GC.GetAllocatedBytesForCurrentThread() - before) / Reads);
            }
            report.Add($"{Name}-{name}", samples, Samples.None, "B/record", Target.AtMost(0), "");
        }

        async Task CommitsAsync(string name, int operations)
        {
            var samples = new Samples();
            var callers = Enumerable.Range(0, Callers).Select(caller => Prepare(caller, operations, settings.Records)).ToArray();
            await RunAsync(callers, settings.Warm);
            for (var round = 0; round < settings.Rounds; round++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                var commits = await RunAsync(callers, settings.Duration);
                samples.Add((double)(GC.GetTotalAllocatedBytes(precise: true) - before) / (commits * operations));
            }
            report.Add(name, samples, Samples.None, "B/operation", null, "");
        }

        async Task<long> RunAsync(Transaction[][] callers, TimeSpan duration)
        {
            using var end = new CancellationTokenSource(duration);
            var commits = await Task.WhenAll(callers.Select(transactions => CommitAsync(node, transactions, end.Token, cancellation)));
            return commits.Sum();
        }
    }

    // The transactions are made before, so that only what the node itself allocates is counted.
    private static Transaction[] Prepare(int caller, int operations, int records)
    {
        var random = new Random(caller);
        return [.. Enumerable.Range(0, TransactionsOfCaller).Select(_ => new Transaction([.. Enumerable.Range(0, operations)
            .Select(_ => Operation.Put(Dataset.Collection, Dataset.KeyUtf8(random.Next(records)), Dataset.Value(random)))]))];
    }

    private static async Task<long> CommitAsync(EmbeddedNode node, Transaction[] transactions, CancellationToken end, CancellationToken cancellation)
    {
        await Task.Yield();
        var commits = 0L;
        for (; !end.IsCancellationRequested && !cancellation.IsCancellationRequested; commits++)
        {
            var outcome = await node.Node.CommitAsync(transactions[commits % transactions.Length], CancellationToken.None);
            if (outcome is not CommitOutcome.Committed) throw new InvalidOperationException($"A commit came to nothing: {outcome}.");
        }
        return commits;
    }

    private static void Get(EmbeddedNode node, int records)
    {
        Span<byte> key = stackalloc byte[Dataset.KeyBytes];
        for (var read = 0; read < Reads; read++)
        {
            Dataset.WriteKey(NumberOf(read, records), key);
            using var guard = node.Node.Database.Enter();
            if (!guard.Find(Dataset.Collection, key).Exists) throw new InvalidOperationException("A read did not find its record.");
        }
    }

    private static void GetInBatches(EmbeddedNode node, int records)
    {
        for (var read = 0; read < Reads; read += BatchKeys)
        {
            for (var i = 0; i < BatchKeys; i++) Dataset.WriteKey(NumberOf(read + i, records), Keys[i]);
            using var guard = node.Node.Database.Enter();
            var index = guard.Records(Dataset.Collection)!.Value;
            index.Prefetch(Memories);
            foreach (var key in Keys)
                if (!index.Find(key).Exists)
                    throw new InvalidOperationException("A read did not find its record.");
        }
    }

    private static void Scan(EmbeddedNode node, int records)
    {
        Span<byte> key = stackalloc byte[Dataset.KeyBytes];
        for (var read = 0; read < Reads;)
        {
            Dataset.WriteKey(NumberOf(read, Math.Max(1, records - ScannedAtOnce)), key);
            using var guard = node.Node.Database.Enter();
            var cursor = guard.Records(Dataset.Collection)!.Value.From(key);
            for (var i = 0; i < Math.Min(ScannedAtOnce, records); i++, read++)
                if (!cursor.MoveNext() || cursor.Current.Value.Length != Dataset.ValueBytes)
                    throw new InvalidOperationException("A scan ended before its last record.");
        }
    }

    private static int NumberOf(int read, int records) => (int)(Dataset.Scatter(read) % records);
}
