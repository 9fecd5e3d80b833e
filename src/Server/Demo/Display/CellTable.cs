using System.Globalization;
using System.Text;
using Replication.Server.Demo.Nodes;

namespace Replication.Server.Demo.Display;

/// <summary>Rows of cells under titles.</summary>
/// <param name="Titles">One a column.</param>
/// <param name="Rows">Each as long as the titles.</param>
internal sealed record CellTable(string[] Titles, IReadOnlyList<string[]> Rows)
{
    private const string None = "-";
    private const int ShortDigest = 12;

    /// <summary>Nodes as they move.</summary>
    public static CellTable OfReadings(IEnumerable<NodeReading> nodes) => new(
        ["NODE", "ROLE", "STATE", "POSITION", "RECORDS", "LAG", "AGE", "DIGEST", "PID"],
        [.. nodes.Select(static node => (string[])
        [
            node.Name,
            node.Role,
            node.State,
            node.Position?.ToString() ?? None,
            node.Position is null ? None : Number(node.Records),
            node.Lag is { } lag ? Number(lag) : None,
            Duration(node.Age),
            node.Digest.Length > ShortDigest ? node.Digest[..ShortDigest] : None,
            Id(node),
        ])]);

    /// <summary>Columns under each other, two blanks between them.</summary>
    public string ToText()
    {
        var widths = Titles.Select((title, column) => Rows.Max(row => row[column].Length) is var widest && widest > title.Length ? widest : title.Length).ToArray();
        var text = new StringBuilder();
        foreach (var row in Rows.Prepend(Titles))
            text.AppendJoin("  ", row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column]))).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Like <c>61,034</c>.</summary>
    public static string Number(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Like <c>12 ms</c> or <c>1.5 s</c>; a dash for none.</summary>
    public static string Duration(TimeSpan? time) => time switch
    {
        null => None,
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Value.TotalMilliseconds:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Value.TotalSeconds:0.0} s"),
    };

    private static string Id(NodeReading node) => node.ProcessId.ToString(CultureInfo.InvariantCulture);
}
