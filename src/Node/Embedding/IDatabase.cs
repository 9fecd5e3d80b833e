using Replication.Core.Transactions;

namespace Replication.Node.Embedding;

/// <summary>
/// The database inside this process. Reads are memory accesses: synchronous, without a network, never blocked by writers.
/// A commit is one synced log write. Until the node has opened its data everything here throws <see cref="DataWithheldException"/>:
/// the application's web server may be asked before that.
/// </summary>
public interface IDatabase
{
    /// <summary>Reads one JSON document; null when there is none, or no such collection.</summary>
    /// <typeparam name="T">What the document is read as, by System.Text.Json's web defaults.</typeparam>
    T? Get<T>(string collection, string key)
        where T : class;

    /// <summary>A picture of the whole database at one moment, for several reads that belong together.</summary>
    /// <exception cref="DataWithheldException">This node's memory did not agree with a digest in the log, and is being replaced; or it is still starting.</exception>
    IReadView OpenView();

    /// <summary>Commits a transaction. On a replica it is rejected; the message names the primary.</summary>
    /// <param name="changes">Makes the changes, and may name the request (<see cref="TransactionChanges.WithRequestId"/>) so that it can be asked again.</param>
    /// <param name="cancellation">Ends the waiting, not the transaction.</param>
    Task<CommitOutcome> CommitAsync(Action<TransactionChanges> changes, CancellationToken cancellation = default);
}
