using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Replication.Bench.Processes;

/// <summary>A server that this run started, and that it ends: asked first, by its own pid, then made to.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int MaxAsked = 30;
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);
    private const int LinesKept = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lastLines = new();
    private bool _disposed;

    private ServerProcess(Process process) => _process = process;

    public double CpuSeconds => ProcessFigures.CpuSeconds(_process.Id);

    public long ResidentBytes => ProcessFigures.ResidentBytes(_process.Id);

    private string Told => string.Join('\n', _lastLines);

    public static ServerProcess Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? ImmutableDictionary<string, string>.Empty) info.Environment[name] = value;
        var server = new ServerProcess(new Process { StartInfo = info });
        server._process.OutputDataReceived += server.Keep;
        server._process.ErrorDataReceived += server.Keep;
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Returns as soon as the question is answered by yes.</summary>
    public async Task WaitUntilAsync(Func<CancellationToken, Task<bool>> question, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            while (!await question(patience.Token))
            {
                if (_process.HasExited) throw new InvalidOperationException($"{_process.StartInfo.FileName} ended by itself:\n{Told}");
                await Task.Delay(TimeSpan.FromMilliseconds(5), patience.Token);
            }
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{_process.StartInfo.FileName} did not get there within {Patience.TotalSeconds} s:\n{Told}", late);
        }
    }

    /// <summary>Ends it at once, as kill -9 does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        // Asked again and again: Redis does not end while it writes its first log, and forgets that it was asked.
        for (var asked = 0; !_process.HasExited; asked++)
        {
            if (asked < MaxAsked) _ = Kill(_process.Id, Terminate);
            else _process.Kill();
            using var patience = new CancellationTokenSource(AskEvery);
            await Task.WhenAny(_process.WaitForExitAsync(patience.Token));
        }
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        _lastLines.Enqueue(line.Data);
        while (_lastLines.Count > LinesKept) _lastLines.TryDequeue(out _);
    }
}
