using System.Globalization;
using System.Net;
using System.Text;

namespace Replication.Laboratory.Soak.Charting;

/// <summary>Lines over time as an SVG file that needs nothing else and is readable on light and dark ground.</summary>
/// <param name="title">What is shown, with its unit.</param>
/// <param name="series">At most as many as there are colours.</param>
/// <param name="isLogarithmic">For values of several magnitudes, from 0.1.</param>
internal sealed class LineChart(string title, IReadOnlyList<Series> series, bool isLogarithmic = false)
{
    private const int Width = 860;
    private const int Height = 260;
    private const int Left = 60;
    private const int Right = 24;
    private const int Top = 34;
    private const int Bottom = 28;
    private const int Steps = 4;
    private const double LeastOfLogarithm = 0.1;

    private static readonly string[] Colours = ["#3b82f6", "#f59e0b", "#10b981", "#ec4899"];

    private readonly double _seconds = Math.Max(1, series.SelectMany(static line => line.Points).Select(static point => point.Seconds).DefaultIfEmpty(1).Max());
    private readonly double _most = Ceiling(series.SelectMany(static line => line.Points).Select(static point => point.Value ?? 0).DefaultIfEmpty(1).Max(), isLogarithmic);

    /// <summary>The file's text.</summary>
    public string ToSvg()
    {
        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {Width} {Height}' width='{Width}' height='{Height}' role='img' aria-label='{WebUtility.HtmlEncode(title)}'>");
        svg.AppendLine("<style>text{font:12px sans-serif;fill:#444}.grid{stroke:#ccc}.line{fill:none;stroke-width:1.5}@media(prefers-color-scheme:dark){text{fill:#ccc}.grid{stroke:#444}}</style>");
        Add(svg, $"<text x='{Left}' y='16' font-weight='bold'>{WebUtility.HtmlEncode(title)}</text>");
        AddGrid(svg);
        for (var line = 0; line < series.Count; line++) AddLine(svg, series[line], Colours[line], line);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private void AddGrid(StringBuilder svg)
    {
        for (var step = 0; step <= Steps; step++)
        {
            var value = isLogarithmic ? LeastOfLogarithm * Math.Pow(_most / LeastOfLogarithm, (double)step / Steps) : _most * step / Steps;
            Add(svg, $"<line class='grid' x1='{Left}' x2='{Width - Right}' y1='{Y(value):0.#}' y2='{Y(value):0.#}'/><text x='{Left - 6}' y='{Y(value) + 4:0.#}' text-anchor='end'>{value:0.##}</text>");
            var seconds = _seconds * step / Steps;
            Add(svg, $"<text x='{X(seconds):0.#}' y='{Height - 8}' text-anchor='middle'>{seconds:0} s</text>");
        }
    }

    private void AddLine(StringBuilder svg, Series line, string colour, int number)
    {
        var path = new StringBuilder();
        var isOpen = false;
        foreach (var (seconds, value) in line.Points)
        {
            if (value is { } known) path.Append(CultureInfo.InvariantCulture, $"{(isOpen ? 'L' : 'M')}{X(seconds):0.#} {Y(known):0.#}");
            isOpen = value is not null;
        }
        Add(svg, $"<path class='line' stroke='{colour}' d='{path}'/>");
        const int legendWidth = 90;
        var at = Width - Right - ((series.Count - number) * legendWidth);
        Add(svg, $"<rect x='{at}' y='8' width='10' height='10' fill='{colour}'/><text x='{at + 14}' y='17'>{WebUtility.HtmlEncode(line.Name)}</text>");
    }

    private double X(double seconds) => Left + ((Width - Left - Right) * seconds / _seconds);

    private double Y(double value)
    {
        var share = isLogarithmic ? Math.Log(Math.Max(value, LeastOfLogarithm) / LeastOfLogarithm) / Math.Log(_most / LeastOfLogarithm) : value / _most;
        return Height - Bottom - ((Height - Top - Bottom) * share);
    }

    // A power of ten, or one or two digits.
    private static double Ceiling(double most, bool toPowerOfTen)
    {
        if (most <= 0) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return toPowerOfTen ? Math.Max(1, power * 10) : Math.Ceiling(most / power * 2) / 2 * power;
    }

    private static void Add(StringBuilder svg, FormattableString line) => svg.AppendLine(FormattableString.Invariant(line));
}
