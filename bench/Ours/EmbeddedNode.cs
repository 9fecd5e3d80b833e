using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Replication.Bench.Load;
using Replication.Core.Records;
using Replication.Core.Transactions;
using Replication.Node;

namespace Replication.Bench.Ours;

/// <summary>A primary in this process, as an application has it.</summary>
internal sealed class EmbeddedNode : IAsyncDisposable
{
    private const int OperationsPerLoad = 200;

    private readonly IHost _host;

    private EmbeddedNode(IHost host)
    {
        _host = host;
        Node = host.Services.GetRequiredService<ReplicationNode>();
    }

    public ReplicationNode Node { get; }

    public Uri Address => new(Node.Address);

    /// <summary>Starts one with an empty collection.</summary>
    /// <param name="workspace">For its files.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <param name="snapshotEveryBytes">Bytes of log between two snapshots that it writes by itself; null for the default.</param>
    public static async Task<EmbeddedNode> StartAsync(Workspace workspace, CancellationToken cancellation, long? snapshotEveryBytes = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddReplicationNode(node =>
        {
            node.Data = workspace.NewPath("embedded");
            node.Listen = new Uri($"http://127.0.0.1:{Workspace.FreePort()}");
            if (snapshotEveryBytes is { } bytes) node.SnapshotEveryBytes = bytes;
        });
        var host = builder.Build();
        await host.StartAsync(cancellation);
        var embedded = new EmbeddedNode(host);
        await embedded.CommitAsync([Operation.Create(Dataset.Collection, CollectionKind.Bytes)], cancellation);
        return embedded;
    }

    public Task PutAsync(int number, Random random, CancellationToken cancellation) =>
        CommitAsync([Operation.Put(Dataset.Collection, Dataset.KeyUtf8(number), Dataset.Value(random))], cancellation);

    /// <summary>Puts random records below a number, in one transaction.</summary>
    public Task PutManyAsync(int count, int below, Random random, CancellationToken cancellation)
    {
        var operations = new Operation[count];
        for (var i = 0; i < count; i++) operations[i] = Operation.Put(Dataset.Collection, Dataset.KeyUtf8(random.Next(below)), Dataset.Value(random));
        return CommitAsync(operations, cancellation);
    }

    public async Task LoadAsync(int records, CancellationToken cancellation)
    {
        var random = new Random(1);
        for (var first = 0; first < records; first += OperationsPerLoad)
        {
            var operations = Enumerable.Range(first, Math.Min(OperationsPerLoad, records - first))
                .Select(number => Operation.Put(Dataset.Collection, Dataset.KeyUtf8(number), Dataset.Value(random)));
            await CommitAsync([.. operations], cancellation);
        }
    }

    /// <summary>Puts so many records in no order, by callers that do not wait for one another.</summary>
    public Task LoadScatteredAsync(int records, int callers, int recordsPerTransaction, CancellationToken cancellation)
    {
        var starts = Enumerable.Range(0, (records + recordsPerTransaction - 1) / recordsPerTransaction).Select(number => number * recordsPerTransaction);
        return Parallel.ForEachAsync(starts, new ParallelOptions { MaxDegreeOfParallelism = callers, CancellationToken = cancellation }, async (first, token) =>
        {
            var random = new Random(first);
            var operations = new Operation[Math.Min(recordsPerTransaction, records - first)];
            for (var i = 0; i < operations.Length; i++)
                operations[i] = Operation.Put(Dataset.Collection, Dataset.KeyUtf8((int)(Dataset.Scatter(first + i) % records)), Dataset.Value(random));
            await CommitAsync(operations, token);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }

    private async Task CommitAsync(Operation[] operations, CancellationToken cancellation)
    {
        var outcome = await Node.CommitAsync(new Transaction(operations), cancellation);
        if (outcome is not CommitOutcome.Committed) throw new InvalidOperationException($"A commit came to nothing: {outcome}.");
    }
}
