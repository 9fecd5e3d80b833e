using System.Diagnostics;

namespace Replication.Faults.Disks;

/// <summary>Programs of the system: mount and its kin.</summary>
internal static class Shell
{
    /// <summary>Runs a program and waits for it.</summary>
    /// <exception cref="InvalidOperationException">It failed; says what it printed.</exception>
    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said}");
    }
}
