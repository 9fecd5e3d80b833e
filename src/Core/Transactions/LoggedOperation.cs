namespace Replication.Core.Transactions;

/// <summary>One operation of a transaction as the log has it.</summary>
public readonly ref struct LoggedOperation
{
    /// <summary>Position in the transaction's list of collection names.</summary>
    public int Collection { get; init; }

    /// <summary>What it does; may be a number that this version does not know.</summary>
    public OperationAction Action { get; init; }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value { get; init; }
}
