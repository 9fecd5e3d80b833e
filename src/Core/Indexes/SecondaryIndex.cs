namespace Replication.Core.Indexes;

/// <summary>An index of a collection at one position; never changed.</summary>
public sealed class SecondaryIndex
{
    internal SecondaryIndex(IndexState state, IndexEntries entries, long covered)
    {
        State = state;
        Entries = entries;
        Covered = covered;
    }

    /// <summary>What every node knows of it.</summary>
    public IndexState State { get; }

    /// <summary>What it is.</summary>
    public IndexDefinition Definition => State.Definition;

    /// <summary>Its name.</summary>
    public string Name => Definition.Name;

    /// <summary>Its entries.</summary>
    public long EntryCount => Entries.Count;

    /// <summary>Its entries in order.</summary>
    internal IndexEntries Entries { get; }

    /// <summary>Records that its building has come by, about.</summary>
    public long Covered { get; }
}
