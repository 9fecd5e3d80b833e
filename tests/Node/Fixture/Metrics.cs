using System.Globalization;
using System.Text.RegularExpressions;
using Replication.Testing;

namespace Replication.Node.Tests.Fixture;

/// <summary>What a node's <c>/metrics</c> said, read as Prometheus reads it.</summary>
internal sealed partial class Metrics
{
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);

    private Metrics()
    {
    }

    /// <summary>Type by name.</summary>
    public Dictionary<string, string> Families { get; } = new(StringComparer.Ordinal);

    /// <summary>Every sample: name and labels as they stand.</summary>
    public IReadOnlyCollection<string> Samples => _samples.Keys;

    /// <summary>A value; the test fails when there is none.</summary>
    public double this[string sample] => _samples.TryGetValue(sample, out var value) ? value : throw new KeyNotFoundException($"{sample} is not among {string.Join(", ", _samples.Keys)}");

    public static async Task<Metrics> OfAsync(TestNode node)
    {
        using var response = await node.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return Read(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Reads the text; a line that breaks the format fails the test.</summary>
    public static Metrics Read(string text)
    {
        var metrics = new Metrics();
        var family = string.Empty;
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Assert.Equal(family, words[2]);
                metrics.Families.Add(family, words[3]);
            }
            else
            {
                var match = Sample().Match(line);
                Assert.True(match.Success && match.Groups["name"].Value == family, line);
                metrics._samples.Add(match.Groups["sample"].Value, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
            }
        }
        return metrics;
    }

    [GeneratedRegex("""^(?<sample>(?<name>[a-z_]+)(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})?) (?<value>[0-9.E+-]+)$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();
}
