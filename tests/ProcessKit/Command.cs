using System.Diagnostics;

namespace Replication.ProcessKit;

/// <summary>A program of the system that is run and waited for.</summary>
public static class Command
{
    /// <summary>What it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message says how.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw Failure(program, arguments, process.ExitCode, await errors);
    }

    /// <summary>As <see cref="RunAsync"/>, for programs that print little, where nothing can be awaited: mount and its kin.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message says how.</exception>
    public static void Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw Failure(program, arguments, process.ExitCode, errors);
    }

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })
            ?? throw new InvalidOperationException($"{program} was not started.");

    private static InvalidOperationException Failure(string program, string[] arguments, int code, string errors) =>
        new($"'{program} {string.Join(' ', arguments)}' ended with {code}: {errors}");
}
