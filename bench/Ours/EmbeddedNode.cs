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

    public static async Task<EmbeddedNode> StartAsync(Workspace workspace, CancellationToken cancellation)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddReplicationNode(node =>
        {
            node.Data = workspace.NewPath("embedded");
            node.Listen = new Uri($"http://127.0.0.1:{Workspace.FreePort()}");
        });
        var host = builder.Build();
        await host.StartAsync(cancellation);
        var embedded = new EmbeddedNode(host);
        await embedded.CommitAsync([Operation.Create(Dataset.Collection, CollectionKind.Bytes)], cancellation);
        return embedded;
    }

    public Task PutAsync(int number, Random random, CancellationToken cancellation) =>
        CommitAsync([Operation.Put(Dataset.Collection, Dataset.KeyUtf8(number), Dataset.Value(random))], cancellation);

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
