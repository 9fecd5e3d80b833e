using System.Text;
using System.Text.Json;
using Replication.Core.Transactions;

namespace Replication.Node.Embedding;

/// <summary>Collects the changes of one transaction, in order.</summary>
public sealed class TransactionChanges
{
    private readonly List<Operation> _operations = [];

    /// <summary>Inserts a document or replaces it. The first one creates its collection.</summary>
    public TransactionChanges Put<T>(string collection, string key, T document, Precondition precondition = default)
        where T : class => PutBytes(collection, key, JsonSerializer.SerializeToUtf8Bytes(document, JsonSerializerOptions.Web), precondition);

    /// <summary>Inserts bytes or replaces them: JSON text in a JSON collection, anything in a collection for bytes.</summary>
    public TransactionChanges PutBytes(string collection, string key, ReadOnlyMemory<byte> value, Precondition precondition = default)
    {
        _operations.Add(Operation.Put(collection, Encoding.UTF8.GetBytes(key), value, precondition));
        return this;
    }

    /// <summary>Removes a record if it is there.</summary>
    public TransactionChanges Delete(string collection, string key, Precondition precondition = default)
    {
        _operations.Add(Operation.Delete(collection, Encoding.UTF8.GetBytes(key), precondition));
        return this;
    }

    internal Transaction ToTransaction() => new(_operations);
}
