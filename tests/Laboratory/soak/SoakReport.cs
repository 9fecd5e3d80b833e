using System.Globalization;
using Replication.Laboratory.Soak.Charting;
using Replication.ProcessKit.Load;

namespace Replication.Laboratory.Soak;

/// <summary>The samples as a table and as charts.</summary>
/// <param name="names">Of the nodes.</param>
/// <param name="samples">One a second.</param>
internal sealed class SoakReport(IReadOnlyList<string> names, IReadOnlyList<Sample> samples)
{
    private const double MiB = 1024 * 1024;

    /// <summary>Writes <c>samples.csv</c> and the charts into a folder, which is made.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "samples.csv"), [Head(), .. samples.Select(Row)]);
        Draw(folder, "memory", "Memory in use, MiB", PerNode(static node => node.ResidentBytes / MiB));
        Draw(folder, "handles", "Open files and connections", PerNode(static node => node.Handles));
        Draw(folder, "disk", "Data directories, MiB (the primary keeps its whole log)", PerNode(static node => node.DiskBytes / MiB));
        Draw(folder, "lag", "Entries behind the primary", [.. PerNode(static node => node.LagEntries).Skip(1)]);
        Draw(folder, "rate", "Answers a second", [Line("commits", static sample => sample.Commits.Count), Line("reads", static sample => sample.Reads.Count)]);
        Draw(folder, "commit-latency", "Commits, ms", Latency(static sample => sample.Commits), isLogarithmic: true);
        Draw(folder, "read-latency", "Reads on all nodes, ms", Latency(static sample => sample.Reads), isLogarithmic: true);
    }

    private static void Draw(string folder, string name, string title, IReadOnlyList<Series> series, bool isLogarithmic = false) =>
        File.WriteAllText(Path.Combine(folder, name + ".svg"), new LineChart(title, series, isLogarithmic).ToSvg());

    private IReadOnlyList<Series> PerNode(Func<NodeSample, double?> value) => [.. names.Select((name, number) => Line(name, sample => value(sample.Nodes[number])))];

    private IReadOnlyList<Series> Latency(Func<Sample, LatencySample> latencies) =>
    [
        Line("p50", sample => latencies(sample).Percentile(0.5)?.TotalMilliseconds),
        Line("p99", sample => latencies(sample).Percentile(0.99)?.TotalMilliseconds),
    ];

    private Series Line(string name, Func<Sample, double?> value) => new(name, [.. samples.Select(sample => (sample.At.TotalSeconds, value(sample)))]);

    private string Head() => string.Join(
        ',',
        ["seconds", "commits", "commit_p50_ms", "commit_p99_ms", "reads", "read_p50_ms", "read_p99_ms", .. names.SelectMany(static name => (string[])[$"{name}_resident_bytes", $"{name}_handles", $"{name}_disk_bytes", $"{name}_lag_entries"])]);

    private static string Row(Sample sample)
    {
        IEnumerable<object?> cells =
        [
            Math.Round(sample.At.TotalSeconds, 1), .. Cells(sample.Commits), .. Cells(sample.Reads),
            .. sample.Nodes.SelectMany(static node => (object?[])[node.ResidentBytes, node.Handles, node.DiskBytes, node.LagEntries]),
        ];
        return string.Join(',', cells.Select(static cell => Convert.ToString(cell, CultureInfo.InvariantCulture)));
    }

    private static object?[] Cells(LatencySample latencies) => [latencies.Count, Millis(latencies, 0.5), Millis(latencies, 0.99)];

    private static double? Millis(LatencySample latencies, double share) => latencies.Percentile(share) is { } taken ? Math.Round(taken.TotalMilliseconds, 2) : null;
}
