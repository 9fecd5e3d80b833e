using System.Globalization;
using Replication.Bench.Load;
using Replication.Bench.Processes;

namespace Replication.Bench.Peers;

/// <summary>A tarantool that syncs every write, as a primary that fills itself or as a replica that joins it.</summary>
internal sealed class TarantoolServer : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly int _console;

    private TarantoolServer(ServerProcess process, int port, int console)
    {
        _process = process;
        _console = console;
        Port = port;
    }

    public int Port { get; }

    public double CpuSeconds => _process.CpuSeconds;

    /// <summary>Starts a primary and returns when it holds so many records.</summary>
    /// <param name="workspace">For its files.</param>
    /// <param name="records">Put there before it is ready.</param>
    /// <param name="isHashed">Whether its index is a hash, which is faster, rather than a tree, which has an order.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static Task<TarantoolServer> StartPrimaryAsync(Workspace workspace, int records, bool isHashed, CancellationToken cancellation) => StartAsync(
        workspace,
        "tarantool_primary.lua",
        new(StringComparer.Ordinal) { ["RECORDS"] = records.ToString(CultureInfo.InvariantCulture), ["INDEX"] = isHashed ? "HASH" : "TREE" },
        static _ => true,
        cancellation);

    /// <summary>Starts a replica of a primary and returns when it has joined with all records.</summary>
    public static Task<TarantoolServer> StartReplicaAsync(Workspace workspace, TarantoolServer primary, int records, CancellationToken cancellation) => StartAsync(
        workspace,
        "tarantool_replica.lua",
        new(StringComparer.Ordinal) { ["PRIMARY"] = primary.Port.ToString(CultureInfo.InvariantCulture) },
        said => said.Length > 0 && (int.Parse(said, CultureInfo.InvariantCulture) == records ? true : throw new InvalidOperationException($"The Tarantool replica holds {said} records, not {records}.")),
        cancellation);

    /// <summary>Commits of fibers inside the server, each transaction of so many puts. The result counts transactions.</summary>
    public async Task<LoadResult> CommitAsync(int fibers, int operations, TimeSpan duration, int records, CancellationToken cancellation)
    {
        var said = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"bench_commits({fibers}, {operations}, {duration.TotalSeconds}, {records})"), cancellation);
        return new LoadResult((long)said[0] / operations, said[1], said[2], said[3]);
    }

    /// <summary>Point reads of one fiber inside the server, a second.</summary>
    public async Task<double> ReadAsync(TimeSpan duration, int records, CancellationToken cancellation)
    {
        var said = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"bench_reads({duration.TotalSeconds}, {records})"), cancellation);
        return said[0] / said[1];
    }

    /// <summary>Returns when a replica has everything that this primary wrote, and throws when it does not hold as many records then.</summary>
    public async Task ProveAsync(TarantoolServer replica, CancellationToken cancellation)
    {
        var written = await AskAsync("box.info.vclock[1], box.space.bench:len()", cancellation);
        double[] copied = [];
        await replica._process.WaitUntilAsync(
            async token =>
            {
                copied = await replica.AskAsync("box.info.vclock[1], box.space.bench:len()", token);
                return copied[0] >= written[0];
            },
            cancellation);
        if (!copied.SequenceEqual(written)) throw new InvalidOperationException($"The Tarantool replica holds {copied[1]} records, not {written[1]}.");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<double[]> AskAsync(string line, CancellationToken cancellation)
    {
        using var console = await TarantoolConsole.OpenAsync(_console, cancellation);
        return await console.AskAsync(line, cancellation);
    }

    private static async Task<TarantoolServer> StartAsync(
        Workspace workspace, string script, Dictionary<string, string> environment, Func<string, bool> isReady, CancellationToken cancellation)
    {
        var (port, console, directory) = (Workspace.FreePort(), Workspace.FreePort(), workspace.NewDirectory("tarantool"));
        var scripts = Path.Combine(workspace.Root, "bench", "Peers");
        environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        environment["ADMIN"] = console.ToString(CultureInfo.InvariantCulture);
        environment["DIR"] = directory;
        environment["SCRIPTS"] = scripts;
        var process = ServerProcess.Start("tarantool", [Path.Combine(scripts, script)], environment);
        var server = new TarantoolServer(process, port, console);
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
