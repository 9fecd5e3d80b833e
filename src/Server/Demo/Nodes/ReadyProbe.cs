using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Replication.Core.Database;

namespace Replication.Server.Demo.Nodes;

/// <summary>Waits until a node that was just started is ready for traffic.</summary>
internal sealed class ReadyProbe : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    // The nodes are on this machine; no proxy leads to them.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Returns the node's id when it is ready, null when its process has ended.</summary>
    /// <param name="process">The node's process.</param>
    /// <param name="http">Where it serves its status.</param>
    /// <param name="data">Its data directory.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="TimeoutException">It is not ready in time.</exception>
    public async Task<ulong?> WaitAsync(Process process, Uri http, string data, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (!process.HasExited)
            {
                if (await ReadyNodeAsync(http, limit.Token) is { } node && node == NodeOf(data)) return node;
                await timer.WaitForNextTickAsync(limit.Token);
            }
            return null;
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"was not ready within {Limit.TotalSeconds} s", late);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // Who answers is not always who was started: another node may have taken the port a moment before.
    private static ulong? NodeOf(string data)
    {
        var file = new DataLayout(data).Identity;
        return File.Exists(file) ? NodeIdentity.FromBytes(File.ReadAllBytes(file), file).NodeId : null;
    }

    private async Task<ulong?> ReadyNodeAsync(Uri http, CancellationToken cancellation)
    {
        try
        {
            var status = await _http.GetFromJsonAsync<JsonElement>(new Uri(http, "/v1/status"), cancellation);
            return status.TryGetProperty("notReadyReason", out var reason) && reason.ValueKind == JsonValueKind.Null && status.TryGetProperty("nodeId", out var id)
                && ulong.TryParse(id.GetString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var node) ? node : null;
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException)
        {
            // Nobody listens there yet, or it is not a node.
            return null;
        }
    }
}
