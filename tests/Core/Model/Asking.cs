using Replication.Core.Indexes;

namespace Replication.Core.Tests.Model;

/// <summary>A query of an index.</summary>
internal sealed record Asking
{
    public Scalar? EqualTo { get; init; }

    public Scalar? From { get; init; }

    public bool IsFromExclusive { get; init; }

    public Scalar? To { get; init; }

    public bool IsToInclusive { get; init; }

    public string? Prefix { get; init; }

    /// <summary>Whether numbers are written in their usual form.</summary>
    public bool Plainly { get; init; } = true;

    /// <summary>As the engine is asked.</summary>
    public IndexRequest Request => new()
    {
        EqualTo = EqualTo?.Asked(Plainly),
        From = From?.Asked(Plainly),
        IsFromExclusive = IsFromExclusive,
        To = To?.Asked(Plainly),
        IsToInclusive = IsToInclusive,
        Prefix = Prefix,
    };

    /// <summary>Whether a value is asked for.</summary>
    public bool Includes(Scalar value)
    {
        if (EqualTo is { } equal) return value == equal;
        if (Prefix is { } prefix) return value.Kind == IndexValueKind.Text && value.Text.StartsWith(prefix, StringComparison.Ordinal);
        if (From is { } from && (IsFromExclusive ? value.CompareTo(from) <= 0 : value.CompareTo(from) < 0)) return false;
        if (To is { } to && (IsToInclusive ? value.CompareTo(to) > 0 : value.CompareTo(to) >= 0)) return false;
        // With one end only values of its kind are meant.
        return From is null == To is null || value.Kind == (From ?? To)!.Value.Kind;
    }

    public override string ToString() => (EqualTo, Prefix) switch
    {
        ({ } equal, _) => $"= {equal}",
        (_, { } prefix) => $"\"{prefix}\"…",
        _ => $"{(IsFromExclusive ? "]" : "[")}{From}, {To}{(IsToInclusive ? "]" : "[")}",
    };
}
