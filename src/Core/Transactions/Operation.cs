using Replication.Core.Indexes;
using Replication.Core.Records;

namespace Replication.Core.Transactions;

/// <summary>One change that a transaction asks for.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Collection">In which collection.</param>
/// <param name="Key">UTF-8, 1 to 1,024 bytes; empty for operations on collections.</param>
/// <param name="Value">For a put; for operations on indexes what <see cref="IndexDefinition"/> writes.</param>
/// <param name="Precondition">What must hold before.</param>
public readonly record struct Operation(
    OperationAction Action, string Collection, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, Precondition Precondition)
{
    /// <summary>Inserts a record or replaces its value.</summary>
    public static Operation Put(string collection, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, Precondition precondition = default) =>
        new(OperationAction.Put, collection, key, value, precondition);

    /// <summary>Removes a record.</summary>
    public static Operation Delete(string collection, ReadOnlyMemory<byte> key, Precondition precondition = default) =>
        new(OperationAction.Delete, collection, key, default, precondition);

    /// <summary>Creates a collection.</summary>
    public static Operation Create(string collection, CollectionKind kind) => new(
        kind == CollectionKind.Json ? OperationAction.CreateJsonCollection : OperationAction.CreateBytesCollection, collection, default, default, default);

    /// <summary>Removes a collection with all its records.</summary>
    public static Operation Drop(string collection) => new(OperationAction.DropCollection, collection, default, default, default);

    /// <summary>Creates an index of a collection of JSON documents; it is built while writes go on.</summary>
    /// <param name="collection">Must exist.</param>
    /// <param name="name">As for collections; unique within this one.</param>
    /// <param name="path">See <see cref="JsonPath"/>.</param>
    /// <param name="isUnique">Whether a value may stand in one record only.</param>
    public static Operation CreateIndex(string collection, string name, string path, bool isUnique = false) =>
        new(OperationAction.CreateIndex, collection, default, IndexDefinition.Encode(name, path, isUnique), default);

    /// <summary>Removes an index.</summary>
    public static Operation DropIndex(string collection, string name) =>
        new(OperationAction.DropIndex, collection, default, IndexDefinition.Encode(name, string.Empty, isUnique: false), default);
}
