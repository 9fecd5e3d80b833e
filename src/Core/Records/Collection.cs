using System.Collections.Immutable;
using Replication.Core.Indexes;

namespace Replication.Core.Records;

/// <summary>A named set of records at one index; never changed.</summary>
public sealed class Collection
{
    internal Collection(string name, byte[] nameBytes, CollectionKind kind, OrderedIndex records, StateDigest digest, ImmutableArray<SecondaryIndex> indexes)
    {
        Name = name;
        NameBytes = nameBytes;
        Kind = kind;
        Records = records;
        Digest = digest;
        Indexes = indexes;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public CollectionKind Kind { get; }

    /// <summary>Records in it.</summary>
    public long Count => Records.Count;

    /// <summary>The part of the state's digest that its records make.</summary>
    internal StateDigest Digest { get; }

    /// <summary>Its records in key order. To be read through a <see cref="ReadView"/> or <see cref="ReadGuard"/> only.</summary>
    internal OrderedIndex Records { get; }

    /// <summary>Its secondary indexes in the order of their names.</summary>
    public ImmutableArray<SecondaryIndex> Indexes { get; }

    /// <summary>The index of a name; null when there is none.</summary>
    public SecondaryIndex? FindIndex(string name) => Indexes.FirstOrDefault(index => index.Name == name);

    internal byte[] NameBytes { get; }
}
