using System.Globalization;

namespace Replication.Simulation.Tests.World;

/// <summary>
/// What happened, in order. Its hash tells whether two runs were the same; its last lines tell the story of a failure.
/// </summary>
internal sealed class Trace(Func<TimeSpan> now)
{
    private const int KeptLines = 200_000;

    private readonly Queue<Line> _lines = new();

    /// <summary>Of everything that was added.</summary>
    public ulong Hash { get; private set; } = 0xcbf2_9ce4_8422_2325;

    /// <summary>Something happened.</summary>
    /// <param name="node">Where.</param>
    /// <param name="what">A constant text: it is not put together unless the story is told.</param>
    /// <param name="a">A number that belongs to it.</param>
    /// <param name="b">Another one.</param>
    /// <param name="detail">What a person wants to know besides.</param>
    public void Add(string node, string what, long a = 0, long b = 0, string detail = "")
    {
        var line = new Line(now(), node, what, a, b, detail);
        Mix((ulong)line.At.Ticks);
        foreach (var letter in node) Mix(letter);
        foreach (var letter in what) Mix(letter);
        Mix((ulong)a);
        Mix((ulong)b);
        if (_lines.Count == KeptLines) _lines.Dequeue();
        _lines.Enqueue(line);
    }

    /// <summary>The last lines.</summary>
    public IEnumerable<string> Story(int lines) => _lines.Skip(Math.Max(0, _lines.Count - lines)).Select(line => line.ToString());

    private void Mix(ulong value) => Hash = unchecked((Hash ^ value) * 0x0000_0100_0000_01b3);

    private readonly record struct Line(TimeSpan At, string Node, string What, long A, long B, string Detail)
    {
        public override string ToString()
        {
            var numbers = (A, B) switch { (0, 0) => string.Empty, (_, 0) => $" {A}", _ => $" {A}, {B}" };
            return string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,11:F6} s  {Node,-9} {What}{numbers}{(Detail.Length > 0 ? $": {Detail}" : string.Empty)}");
        }
    }
}
