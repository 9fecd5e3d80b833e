using System.Text;

namespace Replication.Core.Records;

/// <summary>A named set of records at one index; never changed.</summary>
public sealed class Collection
{
    internal Collection(string name, CollectionKind kind, OrderedIndex records)
    {
        Name = name;
        NameBytes = Encoding.ASCII.GetBytes(name);
        Kind = kind;
        Records = records;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What its values are.</summary>
    public CollectionKind Kind { get; }

    /// <summary>Its records in key order.</summary>
    public OrderedIndex Records { get; }

    internal byte[] NameBytes { get; }
}
