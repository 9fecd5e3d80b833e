using Replication.Core.Indexes;

namespace Replication.Node.Embedding;

/// <summary>A query names an index that is not there or cannot be queried. The message says which, and what to do.</summary>
/// <param name="message">What is wrong and what to do next.</param>
/// <param name="phase">Where the index is in its life; null when there is none.</param>
public sealed class IndexNotReadyException(string message, IndexPhase? phase) : InvalidOperationException(message)
{
    /// <summary>Where the index is in its life; null when there is none.</summary>
    public IndexPhase? Phase => phase;

    internal static IndexNotReadyException Of(string collection, string name, SecondaryIndex? index) => index?.State.Phase switch
    {
        null => new($"Collection '{collection}' has no index '{name}'. Create it in a transaction first.", null),
        IndexPhase.Building => new($"Index '{name}' of collection '{collection}' is being built. Ask again after a moment.", IndexPhase.Building),
        var phase => new($"Index '{name}' of collection '{collection}' could not be built: {index.State.Failure}", phase),
    };
}
