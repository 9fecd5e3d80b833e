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
        while (true)
        {
            using var guard = node.Database.Enter();
            if (!IsShown(guard.State)) continue;
            var record = guard.Find(collection, Encoding.UTF8.GetBytes(key));
            return record.Exists ? StateView.Read<T>(record) : null;
        }
    }

    public IReadView OpenView()
    {
        ThrowIfStarting();
        while (true)
        {
            var opened = node.Views.OpenOn(node.Database, "opened by the application");
            try
            {
                if (IsShown(opened.View.State)) return new StateView(opened);
            }
            catch
            {
                opened.Dispose();
                throw;
            }
            opened.Dispose();
        }
    }

    public Task<CommitOutcome> CommitAsync(Action<TransactionChanges> changes, CancellationToken cancellation = default)
    {
        if (!node.IsStarted) return Task.FromException<CommitOutcome>(Starting());
        var collected = new TransactionChanges();
        changes(collected);
        return node.CommitAsync(collected.ToTransaction(), cancellation);
    }

    // False for an empty state that stood for data which are shown again by now: the standing is looked at first, because it changes last.
    private bool IsShown(DatabaseState state)
    {
        if (state.Index > 0) return true;
        if (node.Database.Standing == DigestStanding.Doubted) throw DataWithheldException.Doubted();
        return node.Database.State.Index == 0;
    }

    private void ThrowIfStarting()
    {
        if (!node.IsStarted) throw Starting();
    }

    private DataWithheldException Starting() => new($"{node.StartingReason} Try again after a moment, or wait until the application has started.");
}
