using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Replication.Client;
using Replication.Testing;

namespace Replication.ProcessKit;

/// <summary>A node as its own process: the built <c>replicad</c>, ended by its own process id.</summary>
/// <param name="role"><c>primary</c> or <c>replica</c>.</param>
/// <param name="data">Its data directory.</param>
/// <param name="primary">Whom a replica follows.</param>
/// <param name="listen">Where it serves clients and replicas; a free port of this machine by default.</param>
/// <param name="more">Further arguments.</param>
public sealed partial class NodeProcess(string role, string data, Uri? primary = null, Uri? listen = null, params string[] more) : IAsyncDisposable
{
    /// <summary>For what several processes do on a machine that does other things too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;
    private const int ExitBySignal = 128;

    private readonly StringBuilder _output = new();
    private Process? _process;

    public Uri Address { get; } = listen ?? LoopbackPort.TakeAddress();

    public Uri Http { get; init; } = LoopbackPort.TakeAddress();

    public string Data => data;

    /// <summary>Variables of its environment, beside those of this process; looked at when it is started.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A program that becomes the node's: <c>ip netns exec NAME</c>, for instance.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Everything that it has printed, over all its lives.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public int Id => _process!.Id;

    public bool HasEnded => _process is not { HasExited: false };

    /// <summary>Whether somebody has stopped it with SIGSTOP.</summary>
    public bool IsStopped => ProcessFacts.Of(Id).State == 'T';

    /// <summary>A client of it.</summary>
    /// <param name="timeout">How long a call may take; 10 s unless it is for what one stall of the disk may hold up for longer.</param>
    public ReplicationClient NewClient(TimeSpan? timeout = null) => new(new ReplicationClientOptions { Address = Address, Timeout = timeout ?? TimeSpan.FromSeconds(10) });

    public void Start()
    {
        string[] follow = primary is null ? [] : ["--primary", primary.ToString()];
        string[] command = [.. Prefix, "dotnet", Repository.Built("Server", "replicad.dll"), role, "--data", data, "--listen", Address.ToString(), "--http", Http.ToString(), .. follow, .. more];
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in command[1..]) start.ArgumentList.Add(argument);
        foreach (var (name, value) in Variables) start.Environment[name] = value;
        _process?.Dispose();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task StartReadyAsync()
    {
        Start();
        await WaitReadyAsync();
    }

    /// <summary>Returns when it says that it is ready; fails when it ends, or after <see cref="Patience"/>.</summary>
    public async Task WaitReadyAsync()
    {
        if (!await BecomesReadyAsync()) throw new InvalidOperationException($"The {role} ended with {_process!.ExitCode} instead of becoming ready:\n{Output}");
    }

    /// <summary>Whether it becomes ready; false when it ends first.</summary>
    public async Task<bool> BecomesReadyAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.HoldsAsync($"{role} at {Http} is ready or ends", async () => HasEnded || await IsReadyAsync(http), Patience, () => Output);
        return !HasEnded;
    }

    /// <summary>SIGKILL: nothing is flushed, nobody is told.</summary>
    public async Task KillAsync()
    {
        Signal(SigKill);
        await _process!.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: it stands still, its connections stay.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal(SigCont);

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Signal(SigTerm);
        return await WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process!.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Returns when it has been ended by SIGKILL, whoever sent it; fails when it ends otherwise.</summary>
    public async Task WaitForKillAsync()
    {
        var code = await WaitForExitAsync();
        if (code != ExitBySignal + SigKill) throw new InvalidOperationException($"The {role} ended with {code}, not by a kill:\n{Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Http, "/health/ready"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private void Signal(int signal)
    {
        if (Send(_process!.Id, signal) != 0 && !_process.HasExited) throw new InvalidOperationException($"Process {_process.Id} did not take signal {signal}.");
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output) _output.AppendLine(line.Data);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
