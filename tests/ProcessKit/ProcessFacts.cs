using System.Globalization;

namespace Replication.ProcessKit;

/// <summary>What Linux tells of a process.</summary>
/// <param name="State"><c>R</c> and <c>S</c> run, <c>T</c> is stopped, <c>Z</c> has ended.</param>
/// <param name="ResidentBytes">Memory of it that is in use now.</param>
/// <param name="Handles">Open files, connections included.</param>
/// <param name="Threads">Its threads.</param>
public sealed record ProcessFacts(char State, long ResidentBytes, int Handles, int Threads)
{
    /// <summary>Reads them; state <c>Z</c> and zeros when there is no such process any more.</summary>
    public static ProcessFacts Of(int process)
    {
        try
        {
            var folder = $"/proc/{process.ToString(CultureInfo.InvariantCulture)}";
            var lines = File.ReadLines(Path.Combine(folder, "status"))
                .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
            var kibibytes = lines.GetValueOrDefault("VmRSS", "0 kB").Split(' ')[0];
            return new ProcessFacts(
                lines["State"][0],
                1024 * long.Parse(kibibytes, CultureInfo.InvariantCulture),
                Directory.GetFiles(Path.Combine(folder, "fd")).Length,
                int.Parse(lines["Threads"], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return new ProcessFacts('Z', 0, 0, 0);
        }
    }
}
