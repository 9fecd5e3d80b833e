namespace Replication.Bench.Reporting;

/// <summary>One figure from each round.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    /// <summary>Null when nothing was measured.</summary>
    public double? Median
    {
        get
        {
            if (_values.Count == 0) return null;
            var sorted = _values.Order().ToArray();
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    public static Samples None => new();

    public static Samples Of(double value)
    {
        var samples = new Samples();
        samples.Add(value);
        return samples;
    }

    public void Add(double value) => _values.Add(value);
}
