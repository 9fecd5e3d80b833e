using Replication.Core.Records;

namespace Replication.Core.Indexes;

/// <summary>
/// The entries of an index in their order: a value as <see cref="IndexKey"/> writes it and the key of a record that has it.
/// Never changed, and read through a <see cref="ReadView"/> or <see cref="ReadGuard"/> only. With <see cref="IndexEntriesBuilder"/> and <see cref="IndexEntryCursor"/> all that knows how they are stored.
/// </summary>
internal readonly struct IndexEntries
{
    internal IndexEntries(OrderedIndex tree) => Tree = tree;

    /// <summary>Entries in it.</summary>
    public long Count => Tree.Count;

    internal OrderedIndex Tree { get; }

    /// <summary>Entries in order, from the first one at or behind the given bytes.</summary>
    public IndexEntryCursor From(ReadOnlySpan<byte> entry) => new(Tree.From(entry));
}
