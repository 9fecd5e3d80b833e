using Replication.Core.Positions;

namespace Replication.Core.Transactions;

/// <summary>Changes, possibly over several collections, that are applied wholly or not at all.</summary>
/// <param name="Operations">Applied in this order; preconditions are all checked before the first.</param>
/// <param name="RequestId">
/// The caller's name for the request, 0 to 64 bytes: recorded in the log and remembered, so that the same one asked again is answered as the
/// first was, whatever its operations are, and not executed again.
/// </param>
/// <param name="FirstSentAfter">
/// A position that the caller knew when it sent the request for the first time, the same whenever it asks again; <see cref="LogPosition.Start"/>
/// when it knew none, null when this is the first time. Without an id it says nothing. docs/GUARANTEES.md, "Retries".
/// </param>
public sealed record Transaction(IReadOnlyList<Operation> Operations, ReadOnlyMemory<byte> RequestId = default, LogPosition? FirstSentAfter = null);
