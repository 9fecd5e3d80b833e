using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Replication.Client;
using Replication.Testing;

namespace Replication.Processes.Tests;

/// <summary>A node as its own process: the built <c>replicad</c>, ended by its own process id.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    /// <summary>For what several processes do on a machine that does other things too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int SigTerm = 15;

    private readonly string[] _arguments;
    private readonly StringBuilder _output = new();
    private Process? _process;

    public NodeProcess(string role, string data, Uri? primary = null, Uri? listen = null, params string[] more)
    {
        Address = listen ?? LoopbackPort.TakeAddress();
        Http = LoopbackPort.TakeAddress();
        string[] follow = primary is null ? [] : ["--primary", primary.ToString()];
        _arguments = [role, "--data", data, "--listen", Address.ToString(), "--http", Http.ToString(), .. follow, .. more];
    }

    public Uri Address { get; }

    public Uri Http { get; }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public ReplicationClient NewClient() => new(new ReplicationClientOptions { Address = Address, Timeout = TimeSpan.FromSeconds(5) });

    public void Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Repository.Built("Server", "replicad.dll"));
        foreach (var argument in _arguments) start.ArgumentList.Add(argument);
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

    public async Task WaitReadyAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.HoldsAsync($"{_arguments[0]} at {Http} is ready", async () =>
        {
            Assert.False(_process!.HasExited, $"It ended:\n{Output}");
            try
            {
                return (await http.GetAsync(new Uri(Http, "/health/ready"))).StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, Patience, () => Output);
    }

    /// <summary>SIGKILL: nothing is flushed, nobody is told.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, SendSignal(_process!.Id, SigTerm));
        return await WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process!.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output) _output.AppendLine(line.Data);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
