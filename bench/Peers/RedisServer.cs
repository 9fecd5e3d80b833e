using System.Globalization;
using System.Net.Sockets;
using Replication.Bench.Load;
using Replication.Bench.Processes;

namespace Replication.Bench.Peers;

/// <summary>A redis-server that syncs every write before it answers, as the replica's does.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const int SetsAtOnce = 1000;

    private RedisServer(ServerProcess process, string directory, int port)
    {
        Process = process;
        Directory = directory;
        Port = port;
    }

    public ServerProcess Process { get; }

    public string Directory { get; }

    public int Port { get; }

    /// <summary>Starts a primary or a replica and returns when it answers, and a replica when it has the primary's data.</summary>
    /// <param name="directory">Its files; loaded when there are some.</param>
    /// <param name="primary">Port of the server to follow.</param>
    /// <param name="records">It is waited until it has so many.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<RedisServer> StartAsync(string directory, int? primary, long records, CancellationToken cancellation)
    {
        var port = Workspace.FreePort();
        string[] role = primary is null ? [] : ["--replicaof", "127.0.0.1", primary.Value.ToString(CultureInfo.InvariantCulture)];
        var process = ServerProcess.Start("redis-server",
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", "yes",
            "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0", "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0",
            "--repl-backlog-size", "256mb", .. role,
        ]);
        var server = new RedisServer(process, directory, port);
        try
        {
            await process.WaitUntilAsync(token => server.IsUpAsync(primary is not null, records, token), cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task LoadAsync(int records, CancellationToken cancellation)
    {
        using var connection = await RespConnection.OpenAsync(Port, cancellation);
        var random = new Random(1);
        for (var first = 0; first < records; first += SetsAtOnce)
        {
            var count = Math.Min(SetsAtOnce, records - first);
            await connection.SendAsync(Dataset.RedisSets(first, count, random), count, cancellation);
        }
    }

    public async Task<string> AskAsync(string command, CancellationToken cancellation)
    {
        using var connection = await RespConnection.OpenAsync(Port, cancellation);
        return await connection.AskAsync(command, cancellation);
    }

    public async Task<long> RecordsAsync(CancellationToken cancellation) => long.Parse(await AskAsync("DBSIZE", cancellation), CultureInfo.InvariantCulture);

    /// <summary>One value of INFO; empty when there is none of this name.</summary>
    public async Task<string> InfoAsync(string section, string name, CancellationToken cancellation) =>
        (await AskAsync($"INFO {section}", cancellation)).Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ':', StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";

    /// <summary>Writes the log anew: an RDB file as its base, nothing behind it.</summary>
    public async Task RewriteLogAsync(CancellationToken cancellation)
    {
        await AskAsync("BGREWRITEAOF", cancellation);
        await Process.WaitUntilAsync(async token =>
            await InfoAsync("persistence", "aof_rewrite_in_progress", token) == "0" && await InfoAsync("persistence", "aof_rewrite_scheduled", token) == "0", cancellation);
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private async Task<bool> IsUpAsync(bool follows, long records, CancellationToken cancellation)
    {
        try
        {
            using var connection = await RespConnection.OpenAsync(Port, cancellation);
            if (follows && !(await connection.AskAsync("INFO replication", cancellation)).Contains("master_link_status:up", StringComparison.Ordinal)) return false;
            return long.TryParse(await connection.AskAsync("DBSIZE", cancellation), CultureInfo.InvariantCulture, out var found) && found >= records;
        }
        catch (Exception early) when (early is SocketException or IOException)
        {
            return false; // It does not listen yet.
        }
    }
}
