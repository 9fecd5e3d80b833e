using Microsoft.AspNetCore.Builder;
using Replication.Client;

namespace Replication.Testing;

/// <summary>What a node has between a start and a stop.</summary>
internal sealed class RunningNode(WebApplication application, Uri address, Uri http) : IAsyncDisposable
{
    public WebApplication Application => application;

    public ReplicationClient Client { get; } = new(new ReplicationClientOptions { Address = address });

    public HttpClient Http { get; } = new() { BaseAddress = http };

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        Http.Dispose();
        await application.StopAsync(CancellationToken.None);
        await application.DisposeAsync();
    }
}
