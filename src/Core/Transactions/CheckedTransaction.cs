using System.Collections.Immutable;

namespace Replication.Core.Transactions;

/// <summary>
/// A transaction whose names, keys, sizes and preconditions are well formed, and whose JSON was checked as far as that
/// can be done outside the commit thread.
/// </summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Undecided">Puts whose value is no JSON: right only if their collection holds bytes when the transaction is applied. Ascending.</param>
public sealed record CheckedTransaction(Transaction Transaction, ImmutableArray<int> Undecided);
