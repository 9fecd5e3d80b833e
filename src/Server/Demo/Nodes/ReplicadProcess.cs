using System.Diagnostics;

namespace Replication.Server.Demo.Nodes;

/// <summary>This program once more, as a process of its own that ends when this one does, however this one ends.</summary>
internal static class ReplicadProcess
{
    // The shell only connects the output to the file, so that no line is lost even when the demo is killed; then it becomes replicad.
    private const string IntoLog = """log=$0; exec "$@" >>"$log" 2>&1""";

    /// <summary>Starts it. Its standard input is a pipe from here; closing it asks the process to end.</summary>
    /// <param name="arguments">The command and its options.</param>
    /// <param name="log">The file that gets what it prints, behind what is there.</param>
    public static Process Start(IEnumerable<string> arguments, string log)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", IntoLog, log, .. Program(), .. arguments]) { UseShellExecute = false, RedirectStandardInput = true };
        start.Environment[ParentPipe.Variable] = "1";
        return Process.Start(start) ?? throw new DemoException("A node's process could not be started.");
    }

    private static string[] Program()
    {
        var executable = Environment.ProcessPath ?? throw new DemoException("The path of this program is unknown, so it cannot be started again.");
        return Path.GetFileNameWithoutExtension(executable) == "dotnet" ? [executable, typeof(ReplicadProcess).Assembly.Location] : [executable];
    }
}
