namespace Replication.Bench.Reporting;

/// <summary>One line of the table.</summary>
/// <param name="Name">For programs.</param>
/// <param name="Ours">The median of the rounds.</param>
/// <param name="Peer">The peer's median in the same run; null when there is none.</param>
/// <param name="Unit">Of both.</param>
/// <param name="Target">Null when there is none.</param>
/// <param name="Beside">How the peer was run.</param>
internal sealed record Row(string Name, double Ours, double? Peer, string Unit, Target? Target, string Beside)
{
    public double? Ratio => Peer is > 0 ? Ours / Peer : null;

    public bool? Met => Target?.IsMet(this);
}
