using System.Diagnostics;

namespace Replication.Laboratory.Network.Namespaces;

/// <summary>A program of the system that is run and waited for.</summary>
internal static class Command
{
    /// <summary>What it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message says how.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })
            ?? throw new InvalidOperationException($"{program} was not started.");
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}: {await errors}");
    }
}
