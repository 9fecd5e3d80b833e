using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Replication.Node.Reporting.Metrics;

/// <summary>
/// Measurements in Prometheus' text format 0.0.4, by the rules of
/// https://prometheus.io/docs/instrumenting/exposition_formats/; names as OpenTelemetry's exporters make them: dots become
/// underscores, units are written out behind the name, counters end in <c>_total</c>.
/// </summary>
internal sealed class PrometheusText
{
    /// <summary>What the answer says that it is.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly List<(Instrument Instrument, StringBuilder Samples)> _families = [];

    /// <summary>The name that an instrument has in Prometheus.</summary>
    public static string NameOf(string name, string? unit, bool isCounter) =>
        name.Replace('.', '_') + unit switch { "s" => "_seconds", "By" => "_bytes", _ => string.Empty } + (isCounter ? "_total" : string.Empty);

    /// <summary>Takes a measurement in. Those of one instrument stand together, wherever they come.</summary>
    public void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var family = _families.Find(family => family.Instrument == instrument);
        if (family.Instrument is null) _families.Add(family = (instrument, new StringBuilder()));
        family.Samples.Append(NameOf(instrument));
        for (var i = 0; i < labels.Length; i++)
            family.Samples.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"").Append(Escaped(labels[i].Value?.ToString() ?? string.Empty).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        if (labels.Length > 0) family.Samples.Append('}');
        family.Samples.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>The whole text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (instrument, samples) in _families)
        {
            text.Append("# HELP ").Append(NameOf(instrument)).Append(' ').Append(Escaped(instrument.Description ?? string.Empty)).Append('\n');
            text.Append("# TYPE ").Append(NameOf(instrument)).Append(' ').Append(IsCounter(instrument) ? "counter" : "gauge").Append('\n');
            text.Append(samples);
        }
        return text.ToString();
    }

    private static string NameOf(Instrument instrument) => NameOf(instrument.Name, instrument.Unit, IsCounter(instrument));

    private static bool IsCounter(Instrument instrument) => instrument is ObservableCounter<double>;

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
