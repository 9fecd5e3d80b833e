namespace Replication.Core.Indexes;

/// <summary>Which values a query asks for, as it was asked. Without any bound: all of them.</summary>
public sealed record IndexRequest
{
    /// <summary>Exactly this value; excludes the others.</summary>
    public IndexValue? EqualTo { get; init; }

    /// <summary>The first value. Without <see cref="To"/> only values of its kind follow.</summary>
    public IndexValue? From { get; init; }

    /// <summary>Whether <see cref="From"/> itself is left out.</summary>
    public bool IsFromExclusive { get; init; }

    /// <summary>The last value. Without <see cref="From"/> only values of its kind come before it.</summary>
    public IndexValue? To { get; init; }

    /// <summary>Whether <see cref="To"/> itself is asked for, too.</summary>
    public bool IsToInclusive { get; init; }

    /// <summary>Strings that begin with this; excludes the others.</summary>
    public string? Prefix { get; init; }
}
