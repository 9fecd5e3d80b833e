using System.Text;
using Replication.Core.Following;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Node.Embedding;

/// <summary>The node's database for the application around it.</summary>
internal sealed class EmbeddedDatabase(ReplicationNode node) : IDatabase
{
    public T? Get<T>(string collection, string key)
        where T : class
    {
        ThrowIfStarting();
        using var guard = node.Database.Enter();
        ThrowIfWithheld(guard.State);
        var record = guard.Find(collection, Encoding.UTF8.GetBytes(key));
        return record.Exists ? StateView.Read<T>(record) : null;
    }

    public IReadView OpenView()
    {
        ThrowIfStarting();
        var opened = node.Views.OpenOn(node.Database, "opened by the application");
        try
        {
            ThrowIfWithheld(opened.View.State);
            return new StateView(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public Task<CommitOutcome> CommitAsync(Action<TransactionChanges> changes, CancellationToken cancellation = default)
    {
        if (!node.IsStarted) return Task.FromException<CommitOutcome>(Starting());
        var collected = new TransactionChanges();
        changes(collected);
        return node.CommitAsync(collected.ToTransaction(), cancellation);
    }

    private void ThrowIfWithheld(DatabaseState state)
    {
        if (state.Index == 0 && node.Database.Standing == DigestStanding.Doubted) throw DataWithheldException.Doubted();
    }

    private void ThrowIfStarting()
    {
        if (!node.IsStarted) throw Starting();
    }

    private DataWithheldException Starting() => new($"{node.StartingReason} Try again after a moment, or wait until the application has started.");
}
