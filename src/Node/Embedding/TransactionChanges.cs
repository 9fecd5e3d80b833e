using System.Text;
using System.Text.Json;
using Replication.Core.Positions;
using Replication.Core.Transactions;

namespace Replication.Node.Embedding;

/// <summary>Collects the changes of one transaction, in order.</summary>
public sealed class TransactionChanges
{
    private readonly List<Operation> _operations = [];
    private ReadOnlyMemory<byte> _requestId;
    private LogPosition? _firstSentAfter;

    /// <summary>
    /// Names the request, so that it can be asked again when its outcome was not learned: it is answered as it was and not
    /// executed again. docs/GUARANTEES.md, "Retries".
    /// </summary>
    /// <param name="id">1 to 64 bytes that no other request has.</param>
    /// <param name="firstSentAfter">
    /// A position known when the request was made for the first time, the same whenever it is asked again; null when this is the first time.
    /// </param>
    public TransactionChanges WithRequestId(ReadOnlyMemory<byte> id, LogPosition? firstSentAfter = null)
    {
        (_requestId, _firstSentAfter) = (id, firstSentAfter);
        return this;
    }

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

    /// <summary>Creates a secondary index of a collection of JSON documents that exists; it is built while writes go on.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="name"><c>[a-z0-9_-]{1,64}</c>, unique within the collection.</param>
    /// <param name="path">Names of members with dots between them, like <c>address.city</c>.</param>
    /// <param name="isUnique">Whether a value may stand in one record only.</param>
    public TransactionChanges CreateIndex(string collection, string name, string path, bool isUnique = false)
    {
        _operations.Add(Operation.CreateIndex(collection, name, path, isUnique));
        return this;
    }

    /// <summary>Removes a secondary index.</summary>
    public TransactionChanges DropIndex(string collection, string name)
    {
        _operations.Add(Operation.DropIndex(collection, name));
        return this;
    }

    internal Transaction ToTransaction() => new(_operations, _requestId, _firstSentAfter);
}
