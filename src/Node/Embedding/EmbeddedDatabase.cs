using Replication.Core.Following;
using Replication.Core.Transactions;

namespace Replication.Node.Embedding;

/// <summary>The node's database for the application around it.</summary>
internal sealed class EmbeddedDatabase(ReplicationNode node) : IDatabase
{
    public T? Get<T>(string collection, string key)
        where T : class
    {
        using var view = OpenView();
        return view.Get<T>(collection, key);
    }

    public IReadView OpenView()
    {
        var state = node.Database.State;
        return state.Index == 0 && node.Database.Standing == DigestStanding.Doubted ? throw new DataWithheldException() : new StateView(state);
    }

    public Task<CommitOutcome> CommitAsync(Action<TransactionChanges> changes, CancellationToken cancellation = default)
    {
        var collected = new TransactionChanges();
        changes(collected);
        return node.CommitAsync(collected.ToTransaction(), cancellation);
    }
}
