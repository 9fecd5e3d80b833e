using System.Net;
using Replication.Bench.Load;
using Replication.Bench.Processes;
using Replication.Client;

namespace Replication.Bench.Ours;

/// <summary>A replicad in a process of its own, and a client of it.</summary>
internal sealed class Node : IAsyncDisposable
{
    private const int OperationsPerLoad = 200;
    private const int LoadersAtOnce = 16;

    private readonly ServerProcess _process;
    private readonly HttpClient _web = new();

    private Node(ServerProcess process, string data, Uri address, Uri http)
    {
        _process = process;
        Data = data;
        Address = address;
        Http = http;
        Client = new ReplicationClient(new ReplicationClientOptions { Address = address });
    }

    public string Data { get; }

    public Uri Address { get; }

    public Uri Http { get; }

    public ReplicationClient Client { get; }

    public ServerProcess Process => _process;

    /// <summary>Starts a primary, or a replica of the given address, and returns when it is ready.</summary>
    public static async Task<Node> StartAsync(Workspace workspace, string data, Uri? primary, CancellationToken cancellation, params string[] more)
    {
        var node = Start(workspace, data, primary, more);
        try
        {
            await node.Process.WaitUntilAsync(node.IsReadyAsync, cancellation);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a primary, or a replica of the given address.</summary>
    public static Node Start(Workspace workspace, string data, Uri? primary, params string[] more)
    {
        var server = Path.Combine(workspace.Root, "src", "Server", "bin", "Release", "net10.0", "replicad.dll");
        var address = new Uri($"http://127.0.0.1:{Workspace.FreePort()}");
        var http = new Uri($"http://127.0.0.1:{Workspace.FreePort()}");
        string[] role = primary is null ? ["primary"] : ["replica", "--primary", primary.GetLeftPart(UriPartial.Authority)];
        var process = ServerProcess.Start("dotnet", [server, .. role, "--data", data, "--listen", address.GetLeftPart(UriPartial.Authority), "--http", http.GetLeftPart(UriPartial.Authority), .. more]);
        return new Node(process, data, address, http);
    }

    /// <summary>Whether it is ready for traffic.</summary>
    public Task<bool> IsReadyAsync(CancellationToken cancellation) => IsOkAsync("/health/ready", cancellation);

    /// <summary>Whether it answers at all.</summary>
    public Task<bool> AnswersAsync(CancellationToken cancellation) => IsOkAsync("/v1/status", cancellation);

    /// <summary>Puts records into the collection, many in a transaction.</summary>
    public async Task LoadAsync(int records, CancellationToken cancellation)
    {
        await Client.CreateCollectionAsync(Dataset.Collection, CollectionKind.Bytes, cancellation);
        var starts = Enumerable.Range(0, (records + OperationsPerLoad - 1) / OperationsPerLoad).Select(number => number * OperationsPerLoad);
        await Parallel.ForEachAsync(starts, new ParallelOptions { MaxDegreeOfParallelism = LoadersAtOnce, CancellationToken = cancellation }, async (first, token) =>
        {
            var random = new Random(first);
            var transaction = new Transaction();
            for (var number = first; number < Math.Min(records, first + OperationsPerLoad); number++)
                transaction.Put(Dataset.Collection, Dataset.Key(number), Dataset.Value(random));
            (await Client.CommitAsync(transaction, token)).EnsureCommitted();
        });
    }

    public async ValueTask DisposeAsync()
    {
        _web.Dispose();
        await Client.DisposeAsync();
        await _process.DisposeAsync();
    }

    private async Task<bool> IsOkAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _web.GetAsync(new Uri(Http, path), cancellation);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // It does not listen yet.
        }
    }
}
