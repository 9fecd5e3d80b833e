using System.Buffers;

namespace Replication.Core.Records;

/// <summary>The rule for names of collections: <c>[a-z0-9_-]{1,64}</c>.</summary>
public static class CollectionName
{
    /// <summary>Characters, which are bytes too.</summary>
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Whether a name obeys the rule.</summary>
    public static bool IsValid(string name) =>
        name.Length is >= 1 and <= MaxLength && name.AsSpan().IndexOfAnyExcept(Allowed) < 0;
}
