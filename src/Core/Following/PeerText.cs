namespace Replication.Core.Following;

/// <summary>Sentences that another node sent for people to read: they go into logs, status and errors, and are no longer than a sentence is.</summary>
public static class PeerText
{
    /// <summary>Characters of one at most.</summary>
    public const int MaxLength = 500;

    /// <summary>The text, or its beginning.</summary>
    public static string Shortened(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= MaxLength ? text : text[..MaxLength] + "…";
    }
}
