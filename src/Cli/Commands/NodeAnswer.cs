using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary>What one of several nodes answered: a value, or why there is none.</summary>
/// <param name="Server">The node's address.</param>
/// <param name="Value">Null when there is a failure.</param>
/// <param name="Failure">Null when there is a value.</param>
internal sealed record NodeAnswer<T>(Uri Server, T? Value, ReplicationException? Failure)
    where T : class
{
    /// <summary>Whether nothing answered at all, as opposed to a node that refused.</summary>
    internal bool IsUnreachable => Failure is NodeUnavailableException;
}

/// <summary>Asks several nodes at once.</summary>
internal static class NodeAnswers
{
    /// <summary>Asks each client the same; the answers stand in the order of the clients.</summary>
    internal static async Task<NodeAnswer<T>[]> AskAsync<T>(IEnumerable<ReplicationClient> clients, Func<ReplicationClient, Task<T>> question)
        where T : class =>
        await Task.WhenAll(clients.Select(client => AskAsync(client, question)));

    internal static async Task<NodeAnswer<T>> AskAsync<T>(ReplicationClient client, Func<ReplicationClient, Task<T>> question)
        where T : class
    {
        try
        {
            return new NodeAnswer<T>(client.Address, await question(client), null);
        }
        catch (ReplicationException failure)
        {
            return new NodeAnswer<T>(client.Address, null, failure);
        }
    }
}

/// <summary>Clients of several nodes, closed together.</summary>
internal sealed class ClientSet(IEnumerable<ReplicationClient> clients) : IAsyncDisposable
{
    private readonly ReplicationClient[] _clients = [.. clients];

    internal IReadOnlyList<ReplicationClient> Clients => _clients;

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) await client.DisposeAsync();
    }
}
