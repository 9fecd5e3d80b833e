using System.Globalization;

namespace Replication.Bench.Reporting;

/// <summary>What a row is to reach.</summary>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Bound">The figure.</param>
/// <param name="OfPeer">Whether the figure is a multiple of the peer's rather than a value.</param>
internal sealed record Target(bool AtLeast, double Bound, bool OfPeer)
{
    public static Target AtLeastTimes(double bound) => new(true, bound, true);

    public static Target AtMostTimes(double bound) => new(false, bound, true);

    public static Target AtMost(double bound) => new(false, bound, false);

    /// <summary>Null when it cannot be told, because the peer was not measured.</summary>
    public bool? IsMet(Row row) => (OfPeer ? row.Ratio : row.Ours) is { } reached ? (AtLeast ? reached >= Bound : reached <= Bound) : null;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? '≥' : '≤')} {Bound:0.##}{(OfPeer ? "×" : "")}");
}
