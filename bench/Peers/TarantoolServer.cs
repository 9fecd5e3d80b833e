using System.Globalization;
using Replication.Bench.Processes;

namespace Replication.Bench.Peers;

/// <summary>A tarantool that syncs every write, as a primary that fills itself or as a replica that joins it.</summary>
internal sealed class TarantoolServer : IAsyncDisposable
{
    private readonly ServerProcess _process;

    private TarantoolServer(ServerProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts a primary and returns when it holds so many records.</summary>
    public static Task<TarantoolServer> StartPrimaryAsync(Workspace workspace, int records, CancellationToken cancellation) =>
        StartAsync(workspace, "tarantool_primary.lua", new(StringComparer.Ordinal) { ["RECORDS"] = records.ToString(CultureInfo.InvariantCulture) }, static _ => true, cancellation);

    /// <summary>Starts a replica of a primary and returns when it has joined with all records.</summary>
    public static Task<TarantoolServer> StartReplicaAsync(Workspace workspace, TarantoolServer primary, int records, CancellationToken cancellation) => StartAsync(
        workspace,
        "tarantool_replica.lua",
        new(StringComparer.Ordinal) { ["PRIMARY"] = primary.Port.ToString(CultureInfo.InvariantCulture) },
        said => said.Length > 0 && (int.Parse(said, CultureInfo.InvariantCulture) == records ? true : throw new InvalidOperationException($"The Tarantool replica holds {said} records, not {records}.")),
        cancellation);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<TarantoolServer> StartAsync(
        Workspace workspace, string script, Dictionary<string, string> environment, Func<string, bool> isReady, CancellationToken cancellation)
    {
        var (port, directory) = (Workspace.FreePort(), workspace.NewDirectory("tarantool"));
        environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        environment["DIR"] = directory;
        var process = ServerProcess.Start("tarantool", [Path.Combine(workspace.Root, "bench", "Peers", script)], environment);
        var server = new TarantoolServer(process, port);
        try
        {
            var ready = Path.Combine(directory, "ready");
            await process.WaitUntilAsync(async token => File.Exists(ready) && isReady(await File.ReadAllTextAsync(ready, token)), cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
