namespace Replication.Core.Following;

/// <summary>
/// The versions of the follow protocol that a node speaks: every one from the oldest to the newest. Two nodes agree on the
/// newest that both speak, so nodes may be upgraded one by one, in any order.
/// </summary>
/// <param name="Oldest">At least 1.</param>
/// <param name="Newest">At least <paramref name="Oldest"/>.</param>
public readonly record struct ProtocolVersions(int Oldest, int Newest)
{
    /// <summary>Those of this code.</summary>
    public static ProtocolVersions Own { get; } = new(1, 1);

    /// <summary>The version that both speak; null when there is none.</summary>
    public int? AgreeWith(ProtocolVersions other)
    {
        var newest = Math.Min(Newest, other.Newest);
        return newest >= Math.Max(Oldest, other.Oldest) && newest > 0 ? newest : null;
    }

    /// <summary>Like <c>1</c> or <c>1 to 3</c>.</summary>
    public override string ToString() => Oldest == Newest ? FormattableString.Invariant($"{Newest}") : FormattableString.Invariant($"{Oldest} to {Newest}");
}
