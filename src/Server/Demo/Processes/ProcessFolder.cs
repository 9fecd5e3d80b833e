using System.Globalization;

namespace Replication.Server.Demo.Processes;

/// <summary>The process table as the kernel shows it in a file system; see proc(5).</summary>
/// <param name="root">Where that is.</param>
internal sealed class ProcessFolder(string root = "/proc")
{
    /// <summary>The processes that run now.</summary>
    public IReadOnlyList<RunningProcess> Read() => [.. Directory.EnumerateDirectories(root)
        .Where(static folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Select(ReadOne)
        .OfType<RunningProcess>()];

    private static RunningProcess? ReadOne(string folder)
    {
        try
        {
            return RunningProcess.Parse(File.ReadAllText(Path.Combine(folder, "stat")), Environment.SystemPageSize);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It ended after it was listed, or this system hides it.
            return null;
        }
    }
}
