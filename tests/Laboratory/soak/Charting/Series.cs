namespace Replication.Laboratory.Soak.Charting;

/// <summary>One line of a chart.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">Seconds and values; a null value is a gap.</param>
internal sealed record Series(string Name, IReadOnlyList<(double Seconds, double? Value)> Points);
