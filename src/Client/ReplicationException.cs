namespace Replication.Client;

/// <summary>A node refused a call, or the call failed on its way; the message says what is wrong and what to do next.</summary>
public class ReplicationException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="code">For programs.</param>
    /// <param name="message">For people.</param>
    /// <param name="inner">What it rests on.</param>
    public ReplicationException(ReplicationErrorCode code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>For programs.</summary>
    public ReplicationErrorCode Code { get; }

    /// <summary>Position of the operation at fault in the transaction, from 0; null when none is.</summary>
    public int? Operation { get; init; }

    /// <summary>gRPC address of the primary as the node knows it; empty when it does not, or when that does not matter.</summary>
    public string Primary { get; init; } = string.Empty;

    /// <summary>The epoch that belongs to the error, for instance the primary's; 0 when none does.</summary>
    public uint Epoch { get; init; }

    /// <summary>The index that belongs to the error, for instance the lowest one kept; 0 when none does.</summary>
    public ulong Index { get; init; }
}
