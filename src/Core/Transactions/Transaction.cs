namespace Replication.Core.Transactions;

/// <summary>Changes, possibly over several collections, that are applied wholly or not at all.</summary>
/// <param name="Operations">Applied in this order; preconditions are all checked before the first.</param>
/// <param name="RequestId">The caller's name for the request, 0 to 64 bytes; recorded in the log.</param>
public sealed record Transaction(IReadOnlyList<Operation> Operations, ReadOnlyMemory<byte> RequestId = default);
