using Replication.Core.Transactions;

namespace Replication.Primary.Commits;

/// <summary>A transaction on its way through the commit thread, and whom to answer.</summary>
/// <param name="transaction">Null asks for a digest entry instead.</param>
/// <param name="counters">Told of the answer.</param>
internal sealed class PendingCommit(CheckedTransaction? transaction, CommitCounters counters)
    : TaskCompletionSource<CommitOutcome>(TaskCreationOptions.RunContinuationsAsynchronously), ICommitCaller
{
    private CancellationTokenRegistration _waiting;

    /// <summary>Null asks for a digest entry instead.</summary>
    public CheckedTransaction? Transaction => transaction;

    /// <summary>The answer, as long as the caller waits for it.</summary>
    /// <param name="cancellation">Ends the waiting, not the transaction.</param>
    public Task<CommitOutcome> AnswerAsync(CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled) return Task;
        _waiting = cancellation.UnsafeRegister(static (pending, token) => ((PendingCommit)pending!).TrySetCanceled(token), this);
        if (Task.IsCompleted) _waiting.Unregister();
        return Task;
    }

    public void Answer(CommitOutcome outcome)
    {
        if (outcome is not CommitOutcome.Committed) counters.CountRejection();
        else if (transaction is not null) counters.CountCommit();
        TrySetResult(outcome);
        _waiting.Unregister();
    }
}
