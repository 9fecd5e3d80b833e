using System.Text;
using Google.Protobuf;
using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <summary>
/// Changes, possibly over several collections, that are applied in order, wholly or not at all. Conditions are all
/// checked against the state before the first change. Built by one thread; not to be changed once it is being committed,
/// and neither are the value buffers given to it, which are not copied.
/// </summary>
public sealed class Transaction
{
    /// <summary>Bytes of a request id at most.</summary>
    public const int MaxRequestIdBytes = 64;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>How many changes it has so far.</summary>
    public int Count => Request.Operations.Count;

    internal Contract.CommitRequest Request { get; } = new();

    /// <summary>
    /// Names the request, instead of the name that the client would give it: for an application that asks again after it was itself
    /// restarted. The request that was decided first under a name is answered, whatever is asked for under it later: committed for as long as
    /// requests are remembered, rejected for as long as the primary's process remembers it. To have it decided anew, choose another name.
    /// </summary>
    /// <param name="id">0 to 64 bytes that no other request has; recorded with the transaction in the log.</param>
    /// <param name="firstSentAfter">
    /// For a request that may have been sent before: a position that was known before it was sent for the first time, for instance of a commit or a read,
    /// kept with it; the default position when none was. Null: it is sent for the first time.
    /// </param>
    public Transaction WithRequestId(ReadOnlySpan<byte> id, LogPosition? firstSentAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(id.Length, MaxRequestIdBytes, nameof(id));
        Request.RequestId = ByteString.CopyFrom(id);
        Request.FirstSentAfter = firstSentAfter?.ToMessage();
        return this;
    }

    /// <summary>Inserts a record or replaces its value. The first put into an unknown collection creates it for JSON documents.</summary>
    /// <param name="collection">1 to 64 of <c>a-z</c>, <c>0-9</c>, <c>_</c> and <c>-</c>.</param>
    /// <param name="key">1 to 1,024 bytes in UTF-8.</param>
    /// <param name="value">A JSON document, or any bytes when the collection is for bytes. Not copied.</param>
    /// <param name="condition">What must hold; null for nothing.</param>
    public Transaction Put(string collection, string key, ReadOnlyMemory<byte> value, Condition? condition = null) =>
        Put(collection, EncodeKey(key), UnsafeByteOperations.UnsafeWrap(value), condition);

    /// <summary>Inserts a record or replaces its value by a text, in UTF-8.</summary>
    /// <inheritdoc cref="Put(string, string, ReadOnlyMemory{byte}, Condition?)"/>
    public Transaction Put(string collection, string key, string value, Condition? condition = null) =>
        Put(collection, EncodeKey(key), Encode(value, nameof(value)), condition);

    /// <summary>Removes a record; without a condition, nothing happens when there is none.</summary>
    /// <param name="collection">Must exist.</param>
    /// <param name="key">1 to 1,024 bytes in UTF-8.</param>
    /// <param name="condition">What must hold; null for nothing.</param>
    public Transaction Delete(string collection, string key, Condition? condition = null)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return Add(new Contract.Operation { Delete = new Contract.Delete { Collection = collection, Key = EncodeKey(key) } }, condition);
    }

    /// <summary>Creates a collection.</summary>
    /// <param name="collection">1 to 64 of <c>a-z</c>, <c>0-9</c>, <c>_</c> and <c>-</c>.</param>
    /// <param name="kind">What its values are.</param>
    /// <param name="condition">What must hold; null for nothing.</param>
    public Transaction CreateCollection(string collection, CollectionKind kind = CollectionKind.Json, Condition? condition = null)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return Add(
            new Contract.Operation { CreateCollection = new Contract.CreateCollection { Collection = collection, Kind = (Contract.CollectionKind)kind } },
            condition);
    }

    /// <summary>Removes a collection with all its records.</summary>
    /// <param name="collection">Must exist.</param>
    /// <param name="condition">What must hold; null for nothing.</param>
    public Transaction DropCollection(string collection, Condition? condition = null)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return Add(new Contract.Operation { DropCollection = new Contract.DropCollection { Collection = collection } }, condition);
    }

    /// <summary>Creates a secondary index of a collection for JSON documents. It is built while writes go on.</summary>
    /// <param name="collection">Must exist.</param>
    /// <param name="name">1 to 64 of <c>a-z</c>, <c>0-9</c>, <c>_</c> and <c>-</c>; unique within the collection.</param>
    /// <param name="path">Names of members with dots between them, like <c>address.city</c>.</param>
    /// <param name="isUnique">Whether a value may stand in one record only.</param>
    public Transaction CreateIndex(string collection, string name, string path, bool isUnique = false)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(path);
        return Add(new Contract.Operation { CreateIndex = new Contract.CreateIndex { Collection = collection, Name = name, Path = path, Unique = isUnique } }, null);
    }

    /// <summary>Removes a secondary index.</summary>
    /// <param name="collection">Must exist.</param>
    /// <param name="name">Must exist.</param>
    public Transaction DropIndex(string collection, string name)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(name);
        return Add(new Contract.Operation { DropIndex = new Contract.DropIndex { Collection = collection, Name = name } }, null);
    }

    internal static ByteString EncodeKey(string key) => Encode(key, nameof(key));

    private static ByteString Encode(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        try
        {
            return UnsafeByteOperations.UnsafeWrap(StrictUtf8.GetBytes(text));
        }
        catch (EncoderFallbackException invalid)
        {
            throw new ArgumentException($"The {name} has half a surrogate pair, which UTF-8 cannot express.", name, invalid);
        }
    }

    private Transaction Put(string collection, ByteString key, ByteString value, Condition? condition)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return Add(new Contract.Operation { Put = new Contract.Put { Collection = collection, Key = key, Value = value } }, condition);
    }

    private Transaction Add(Contract.Operation operation, Condition? condition)
    {
        operation.Precondition = condition?.ToMessage();
        Request.Operations.Add(operation);
        return this;
    }
}
