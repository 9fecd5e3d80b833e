namespace Replication.Core.Bootstrapping;

/// <summary>How the chunks that are missing are divided among requests that run at the same time.</summary>
public static class ChunkShares
{
    /// <summary>A request for less is not worth a stream of its own.</summary>
    public const int MinChunks = 4;

    /// <summary>Requests at the same time at most.</summary>
    public const int MaxShares = 2;

    /// <summary>The shares: each in ascending order, together everything, and each as large as the others or one larger.</summary>
    /// <param name="missing">Chunk numbers, ascending.</param>
    public static IReadOnlyList<IReadOnlyList<int>> Of(IReadOnlyList<int> missing)
    {
        var count = Math.Clamp(missing.Count / MinChunks, 1, MaxShares);
        return [.. Enumerable.Range(0, count).Select(share => (IReadOnlyList<int>)[.. missing.Skip(Begin(share)).Take(Begin(share + 1) - Begin(share))])];

        int Begin(int share) => (int)((long)missing.Count * share / count);
    }
}
