namespace Replication.Core.Transactions;

/// <summary>What a transaction may be at most.</summary>
public sealed record TransactionLimits
{
    /// <summary>Bytes of a key. Part of the format.</summary>
    public const int MaxKeyBytes = 1024;

    /// <summary>Bytes of a request id. Part of the format.</summary>
    public const int MaxRequestIdBytes = 64;

    /// <summary>Operations in one transaction.</summary>
    public const int MaxOperations = 65_536;

    /// <summary>Bytes of a value, 1 KiB to 64 MiB. Default 1 MiB.</summary>
    public int MaxValueBytes { get; init; } = 1024 * 1024;

    /// <summary>Bytes of a transaction in the log, 1 KiB to 128 MiB. Default 16 MiB.</summary>
    public int MaxTransactionBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of memory for records and indexes, beyond which only deletes are accepted; at least 1 MiB. Default: no limit.</summary>
    public long MaxMemoryBytes { get; init; } = long.MaxValue;

    /// <summary>The defaults.</summary>
    public static TransactionLimits Default { get; } = new();

    /// <summary>This record, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds.</exception>
    public TransactionLimits Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxValueBytes, 1024);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxValueBytes, 64 * 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMemoryBytes, 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTransactionBytes, 1024);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxTransactionBytes, 128 * 1024 * 1024);
        return this;
    }
}
