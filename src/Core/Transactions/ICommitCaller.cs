namespace Replication.Core.Transactions;

/// <summary>Somebody who waits for the outcome of a transaction.</summary>
public interface ICommitCaller
{
    /// <summary>Told once. What was committed is durable and readable by now.</summary>
    void Answer(CommitOutcome outcome);
}
