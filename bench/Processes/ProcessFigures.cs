using System.Globalization;

namespace Replication.Bench.Processes;

/// <summary>What Linux knows of a process.</summary>
internal static class ProcessFigures
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux

    /// <summary>CPU-seconds, of user and kernel together, since its start.</summary>
    public static double CpuSeconds(int pid)
    {
        // pid (name) state ppid … : fields 14 and 15 are the times, and the name may hold spaces.
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Parse(fields[11]) + Parse(fields[12])) / TicksPerSecond;
    }

    /// <summary>Resident bytes.</summary>
    public static long ResidentBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    private static long Parse(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
