using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Replication.Bench.Reporting;

/// <summary>The rows of a run.</summary>
internal sealed class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Row> _rows;
    private readonly string _suffix;

    public Report()
        : this([], "")
    {
    }

    private Report(List<Row> rows, string suffix) => (_rows, _suffix) = (rows, suffix);

    /// <summary>Tells a person what happens; the result alone goes to standard output.</summary>
    public static void Progress(string text) => Console.Error.WriteLine(text);

    /// <summary>The same report, for rows at one size: their names end with it, in millions.</summary>
    public Report AtSize(int records) => new(_rows, string.Create(CultureInfo.InvariantCulture, $"-{records / 1e6:0.####}M"));

    public void Add(string name, Samples ours, Samples peer, string unit, Target? target, string beside)
    {
        if (ours.Median is not { } median) return;
        var row = new Row(name + _suffix, median, peer.Median, unit, target, peer.Median is null ? "" : beside);
        _rows.Add(row);
        Progress($"  {row.Name}: {Number(row.Ours)} {unit}{(row.Peer is { } other ? $", peer {Number(other)} ({Number(row.Ratio)}×)" : "")}");
    }

    public string ToJson() => JsonSerializer.Serialize(
        _rows.Select(row => new { row.Name, row.Ours, row.Peer, row.Unit, row.Ratio, Target = row.Target?.ToString(), row.Met }), Json);

    public string ToTable()
    {
        string[][] lines =
        [
            ["Row", "Ours", "Peer", "Unit", "Ratio", "Target", "Met", "Peer is"],
            .. _rows.Select(row => new[]
            {
                row.Name, Number(row.Ours), Number(row.Peer), row.Unit, Number(row.Ratio), row.Target?.ToString() ?? "",
                row.Met switch { true => "yes", false => "no", null => "" }, row.Beside,
            }),
        ];
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var table = new StringBuilder();
        foreach (var line in lines)
        {
            table.Append('|');
            for (var column = 0; column < line.Length; column++)
                table.Append(' ').Append(column is 1 or 2 or 4 ? line[column].PadLeft(widths[column]) : line[column].PadRight(widths[column])).Append(" |");
            table.AppendLine();
            if (ReferenceEquals(line, lines[0])) table.Append('|').AppendJoin('|', widths.Select(width => new string('-', width + 2))).AppendLine("|");
        }
        return table.ToString().TrimEnd();
    }

    private static string Number(double? value) => value switch
    {
        null => "",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
