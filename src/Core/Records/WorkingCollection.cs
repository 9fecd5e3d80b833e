using Replication.Core.Indexes;
using Replication.Core.Records.Memory;

namespace Replication.Core.Records;

/// <summary>A collection that is being changed by a <see cref="StateBuilder"/>.</summary>
/// <param name="collection">As it was before; of a new one the name and the kind alone.</param>
/// <param name="memory">Of the records.</param>
internal sealed class WorkingCollection(Collection collection, RecordMemory memory)
{
    public string Name => collection.Name;

    public byte[] NameBytes => collection.NameBytes;

    public CollectionKind Kind => collection.Kind;

    /// <summary>Of its records, so that dropping it needs no look at each.</summary>
    public StateDigest Digest { get; set; } = collection.Digest;

    public OrderedIndexBuilder Records { get; } = new(memory, collection.Records);

    public CollectionIndexes Indexes { get; } = new(memory, collection.Indexes);
}
