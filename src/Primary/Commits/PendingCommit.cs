using Replication.Core.Transactions;

namespace Replication.Primary.Commits;

/// <summary>A transaction on its way through the commit thread, and whom to answer.</summary>
internal sealed class PendingCommit(CheckedTransaction? transaction, CommitCounters counters) : ICommitCaller
{
    private readonly TaskCompletionSource<CommitOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null asks for a digest entry instead.</summary>
    public CheckedTransaction? Transaction => transaction;

    public Task<CommitOutcome> Answered => _answer.Task;

    public void Answer(CommitOutcome outcome)
    {
        if (outcome is CommitOutcome.Rejected) counters.CountRejection();
        else if (transaction is not null) counters.CountCommit();
        _answer.TrySetResult(outcome);
    }
}
