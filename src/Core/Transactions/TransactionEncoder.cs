using System.Text;
using Replication.Core.Payloads;

namespace Replication.Core.Transactions;

/// <summary>
/// Writes a transaction's effects as the payload of a log entry (<c>TransactionEntry</c> of log.proto): the same bytes
/// as any protobuf writer. Collections that a put creates come as operations of their own. For one thread; reused.
/// </summary>
public sealed class TransactionEncoder
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private readonly List<(int Name, OperationAction Action, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> _operations = [];
    private ReadOnlyMemory<byte> _requestId;

    /// <summary>At least the bytes that any transaction of these operations takes.</summary>
    public static long UpperBound(Transaction transaction)
    {
        // Tags, lengths, name position and action of an operation stay below 24 bytes; an implicit creation takes as many.
        var bytes = 2L + TransactionLimits.MaxRequestIdBytes;
        foreach (var operation in transaction.Operations) bytes += 48L + operation.Collection.Length + operation.Key.Length + operation.Value.Length;
        return bytes;
    }

    /// <summary>Forgets everything and begins a transaction.</summary>
    public void Restart(ReadOnlyMemory<byte> requestId)
    {
        _names.Clear();
        _positions.Clear();
        _operations.Clear();
        _requestId = requestId;
    }

    /// <summary>Adds an effect.</summary>
    public void Add(OperationAction action, string collection, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (!_positions.TryGetValue(collection, out var name))
        {
            name = _names.Count;
            _names.Add(collection);
            _positions.Add(collection, name);
        }
        _operations.Add((name, action, key, value));
    }

    /// <summary>The exact length of the payload.</summary>
    public int Size()
    {
        var size = PayloadWriter.SizeOfBytes(_requestId.Length);
        foreach (var name in _names) size += PayloadWriter.SizeOfMessage(name.Length);
        foreach (var operation in _operations) size += PayloadWriter.SizeOfMessage(SizeOf(operation));
        return size;
    }

    /// <summary>Writes the payload.</summary>
    /// <param name="destination">Exactly <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        Span<byte> ascii = stackalloc byte[Records.CollectionName.MaxLength];
        var writer = new PayloadWriter(destination);
        writer.Bytes(TransactionReader.RequestField, _requestId.Span);
        foreach (var name in _names) writer.Bytes(TransactionReader.CollectionsField, ascii[..Encoding.ASCII.GetBytes(name, ascii)]);
        foreach (var operation in _operations)
        {
            writer.Message(TransactionReader.OperationsField, SizeOf(operation));
            writer.Number(TransactionReader.CollectionField, (ulong)operation.Name);
            writer.Number(TransactionReader.ActionField, (ulong)operation.Action);
            writer.Bytes(TransactionReader.KeyField, operation.Key.Span);
            writer.Bytes(TransactionReader.ValueField, operation.Value.Span);
        }
    }

    private static int SizeOf((int Name, OperationAction Action, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value) operation) =>
        PayloadWriter.SizeOfNumber((ulong)operation.Name) + PayloadWriter.SizeOfNumber((ulong)operation.Action)
        + PayloadWriter.SizeOfBytes(operation.Key.Length) + PayloadWriter.SizeOfBytes(operation.Value.Length);
}
