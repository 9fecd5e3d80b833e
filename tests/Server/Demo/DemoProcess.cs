using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Replication.Server.Tests.Demo;

/// <summary>The built <c>replicad demo</c> as a process, with a data directory of its own by which its nodes are known.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _limit = new(Patience);
    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _output = new();
    private readonly Task<string> _errors;

    /// <summary>Starts it.</summary>
    /// <param name="arguments">Behind <c>--data</c>.</param>
    /// <param name="data">The data directory; null for a new one.</param>
    public DemoProcess(string[] arguments, string? data = null)
    {
        Data = data ?? Path.Combine(_folder.Path, "data");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "replicad.dll"), "demo", "--data", Data, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process = Process.Start(start)!;
        _errors = Process.StandardError.ReadToEndAsync(_limit.Token);
    }

    public Process Process { get; }

    /// <summary>Of the nodes; no other process has it on its command line.</summary>
    public string Data { get; }

    /// <summary>Reads what it prints up to the first line with a text, which it returns.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        try
        {
            while (await Process.StandardOutput.ReadLineAsync(_limit.Token) is { } line)
            {
                _output.AppendLine(line);
                if (line.Contains(text, StringComparison.Ordinal)) return line;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not print '{text}' within {Patience.TotalMinutes} minutes, but:\n{_output}");
        }
        Assert.Fail($"It ended without printing '{text}':\n{_output}\n{await _errors}");
        return string.Empty;
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code, what it printed, and what it said of failures.</returns>
    public async Task<(int Code, string Output, string Errors)> WaitAsync()
    {
        try
        {
            _output.Append(await Process.StandardOutput.ReadToEndAsync(_limit.Token));
            await Process.WaitForExitAsync(_limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not end within {Patience.TotalMinutes} minutes and printed:\n{_output}");
        }
        return (Process.ExitCode, _output.ToString(), await _errors);
    }

    /// <summary>The processes of its nodes that run now.</summary>
    public IReadOnlyList<int> Nodes() => [.. Directory.EnumerateDirectories("/proc")
        .Select(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id != 0 && id != Process.Id && CommandLineOf(id).Contains(Data, StringComparison.Ordinal))];

    /// <summary>Waits until none of them runs any more.</summary>
    public async Task WaitUntilNoNodeRunsAsync()
    {
        using var timer = new PeriodicTimer(Between);
        try
        {
            while (Nodes().Count > 0) await timer.WaitForNextTickAsync(_limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"After {Patience.TotalMinutes} minutes these nodes still run: {string.Join(", ", Nodes())}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited) Process.Kill();
        await WaitUntilNoNodeRunsAsync();
        await Process.WaitForExitAsync(_limit.Token);
        Process.Dispose();
        _limit.Dispose();
        _folder.Dispose();
    }

    private static string CommandLineOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
