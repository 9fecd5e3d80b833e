using Replication.Core.Payloads;

namespace Replication.Core.Transactions;

/// <summary>
/// Reads the payload of a transaction (<c>TransactionEntry</c> of log.proto) without allocating: first the names of the
/// collections, then the operations. The writer puts the names before the operations, as every protobuf writer does.
/// </summary>
public ref struct TransactionReader(ReadOnlySpan<byte> payload)
{
    internal const int RequestField = 1;
    internal const int CollectionsField = 2;
    internal const int OperationsField = 3;
    internal const int CollectionField = 1;
    internal const int ActionField = 2;
    internal const int KeyField = 3;
    internal const int ValueField = 4;

    private PayloadReader _reader = new(payload);
    private bool _operationPending;

    /// <summary>The caller's name for the request; set once the first collection or operation was read.</summary>
    public ReadOnlySpan<byte> RequestId { get; private set; }

    /// <summary>The next name; false when the operations begin.</summary>
    public bool NextCollection(out ReadOnlySpan<byte> name)
    {
        name = default;
        if (_operationPending) return false;
        while (_reader.Next())
        {
            switch (_reader.Field)
            {
                case RequestField:
                    RequestId = _reader.Bytes;
                    break;
                case CollectionsField:
                    name = _reader.Bytes;
                    return true;
                case OperationsField:
                    _operationPending = true;
                    return false;
            }
        }
        return false;
    }

    /// <summary>The next operation; false at the end.</summary>
    /// <exception cref="MalformedPayloadException">The payload is none, or a name stands behind an operation.</exception>
    public bool NextOperation(out LoggedOperation operation)
    {
        operation = default;
        while (_operationPending || _reader.Next())
        {
            _operationPending = false;
            if (_reader.Field == OperationsField)
            {
                operation = ReadOperation(_reader.Bytes);
                return true;
            }
            if (_reader.Field == CollectionsField) throw new MalformedPayloadException("a collection's name stands behind an operation");
        }
        return false;
    }

    private static LoggedOperation ReadOperation(ReadOnlySpan<byte> bytes)
    {
        var reader = new PayloadReader(bytes);
        ulong collection = 0, action = 0;
        ReadOnlySpan<byte> key = default, value = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case CollectionField: collection = reader.Number; break;
                case ActionField: action = reader.Number; break;
                case KeyField: key = reader.Bytes; break;
                case ValueField: value = reader.Bytes; break;
            }
        }
        return new LoggedOperation
        {
            Collection = (int)Math.Min(collection, int.MaxValue),
            Action = (OperationAction)(int)Math.Min(action, int.MaxValue),
            Key = key,
            Value = value,
        };
    }
}
