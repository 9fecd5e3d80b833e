using System.Diagnostics;
using System.Globalization;
using Replication.Client;
using Replication.Node.Roles;
using Replication.Server.Commands;

namespace Replication.Server.Demo.Nodes;

/// <summary>One node of the demo: a process, its ports and a client of it.</summary>
internal sealed class DemoNode(string name, NodeRole role, DemoNode? upstream, string folder, PortChoice ports) : IAsyncDisposable
{
    private const int MaxPortAttempts = 3;
    private const int SignalExitCodes = 128;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    /// <summary>A node that does not answer for so long is shown as silent.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    private Process? _process;
    private ReplicationClient? _client;
    private ulong _nodeId;
    private bool _wasReady;

    /// <summary>For people, and of its directory and its log file.</summary>
    public string Name => name;

    /// <summary>What it does.</summary>
    public NodeRole Role => role;

    /// <summary>Where it serves; only after the start.</summary>
    public PortPair Ports { get; private set; }

    /// <summary>A client of it; only after the start.</summary>
    public ReplicationClient Client => _client ?? throw new InvalidOperationException($"{name} is not started.");

    /// <summary>A client for writing much, whose commits may wait for a slow disk as long as anybody's; the caller's to dispose of.</summary>
    public ReplicationClient NewWriter() => new(new ReplicationClientOptions { Address = Ports.GrpcAddress });

    /// <summary>Its process; only after the start.</summary>
    public int ProcessId => _process?.Id ?? 0;

    /// <summary>What it prints goes there.</summary>
    public string Log => Path.Combine(folder, name + ".log");

    /// <summary>Starts it and returns when it is ready for traffic.</summary>
    public async Task StartAsync(ReadyProbe probe, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            Ports = ports.Take();
            _process = Spawn();
            if (await WaitAsync(_process, probe, cancellation) is { } node)
            {
                _nodeId = node;
                break;
            }
            // Another program may have taken a port after it was found free.
            if (attempt == MaxPortAttempts || _process.ExitCode != ExitCode.Configuration) throw Ended(_process);
            _process.Dispose();
        }
        _wasReady = true;
        _client = new ReplicationClient(new ReplicationClientOptions { Address = Ports.GrpcAddress, Timeout = CallLimit });
    }

    /// <summary>Starts it again, on the same ports and data, when its process has ended; says so, or null.</summary>
    public string? Revive()
    {
        if (_process is not { HasExited: true } ended) return null;
        if (!_wasReady) throw Ended(ended);
        _wasReady = false;
        _process = Spawn();
        var how = ended.ExitCode > SignalExitCodes ? $"signal {ended.ExitCode - SignalExitCodes}" : $"exit code {ended.ExitCode}";
        ended.Dispose();
        return string.Create(CultureInfo.InvariantCulture, $"{name} ended by {how}; started again as process {_process.Id}.");
    }

    /// <summary>The node as it is now.</summary>
    public async Task<NodeReading> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var status = await Client.StatusAsync(cancellation);
            if (status.NodeId != _nodeId) return NodeReading.OfSilent(this);
            _wasReady |= status.Ready;
            return NodeReading.Of(this, status);
        }
        catch (ReplicationException)
        {
            return NodeReading.OfSilent(this);
        }
    }

    /// <summary>Asks it to end and waits; says what went wrong, or null.</summary>
    public async Task<string?> StopAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _client = null;
        if (_process is not { } process) return null;
        _process = null;
        using (process)
        {
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
                return $"{name} did not stop within {StopLimit.TotalSeconds} s and was killed; see {Log}.";
            }
            return process.ExitCode == ExitCode.Success ? null : $"{name} ended with exit code {process.ExitCode}; see {Log}.";
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private string Data => Path.Combine(folder, name);

    private Process Spawn()
    {
        string[] following = upstream is null ? [] : ["--primary", upstream.Ports.GrpcAddress.OriginalString];
        return ReplicadProcess.Start(
            [role == NodeRole.Primary ? "primary" : "replica", "--name", name, "--data", Data, "--listen", Ports.GrpcAddress.OriginalString, "--http", Ports.HttpAddress.OriginalString, .. following],
            Log);
    }

    private async Task<ulong?> WaitAsync(Process process, ReadyProbe probe, CancellationToken cancellation)
    {
        try
        {
            return await probe.WaitAsync(process, Ports.HttpAddress, Data, cancellation);
        }
        catch (TimeoutException late)
        {
            throw new DemoException($"{name} {late.Message}. {LastLine()}The whole log is {Log}.", late);
        }
    }

    private string LastLine() => File.ReadLines(Log).LastOrDefault() is { } line ? $"It says: {line} " : string.Empty;

    private DemoException Ended(Process process) => new(
        $"{name} ended with exit code {process.ExitCode} before it was ready. {LastLine()}The whole log is {Log}.");
}
