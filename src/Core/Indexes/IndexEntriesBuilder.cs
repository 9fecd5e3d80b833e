using Replication.Core.Records;
using Replication.Core.Records.Memory;

namespace Replication.Core.Indexes;

/// <summary>Changes the entries of an index. For one thread.</summary>
internal sealed class IndexEntriesBuilder
{
    /// <summary>Begins with entries, which themselves do not change.</summary>
    public IndexEntriesBuilder(RecordMemory memory, IndexEntries entries) => Tree = new OrderedIndexBuilder(memory, entries.Tree, isHashed: false);

    /// <summary>Where they are, for moving them.</summary>
    public OrderedIndexBuilder Tree { get; }

    /// <summary>Entries in it now.</summary>
    public long Count => Tree.Count;

    /// <summary>The entries as they are now; what is changed in later versions does not touch them.</summary>
    public IndexEntries Entries => new(Tree.IndexUpTo(long.MaxValue));

    /// <summary>Adds an entry unless it is there.</summary>
    /// <param name="entry">Its bytes, which are copied.</param>
    /// <param name="index">Of the entry of the log that adds it.</param>
    public void Add(ReadOnlySpan<byte> entry, long index)
    {
        if (!Tree.Find(entry).Exists) Tree.Put(entry, [], index, out _);
    }

    /// <summary>Adds an entry that is above every other one.</summary>
    public void Append(ReadOnlySpan<byte> entry, long index)
    {
        if (!Tree.TryAppend(entry, [], index)) Add(entry, index);
    }

    /// <summary>Removes an entry if it is there.</summary>
    public void Remove(ReadOnlySpan<byte> entry) => Tree.Remove(entry);

    /// <summary>Entries in order, from the first one at or behind the given bytes. Valid until the next change.</summary>
    public IndexEntryCursor From(ReadOnlySpan<byte> entry) => new(Tree.From(entry));

    /// <summary>Removes all entries.</summary>
    public void Clear() => Tree.Clear();

    /// <summary>A version was ended: what is in it is not changed any more.</summary>
    public void BeginVersion() => Tree.BeginVersion();
}
