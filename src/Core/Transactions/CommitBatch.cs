using Replication.Core.Log;
using Replication.Core.Records;

namespace Replication.Core.Transactions;

/// <summary>What goes to the disk with one sync, what may be shown when it is there, and who is answered then.</summary>
public sealed class CommitBatch
{
    private readonly List<(ICommitCaller Caller, CommitOutcome Outcome)> _answers;

    internal CommitBatch(LogBatch log, DatabaseState state, List<(ICommitCaller Caller, CommitOutcome Outcome)> answers)
    {
        Log = log;
        State = state;
        _answers = answers;
    }

    /// <summary>The frames.</summary>
    public LogBatch Log { get; }

    /// <summary>The state with them.</summary>
    public DatabaseState State { get; }

    /// <summary>Answers everybody whose outcome rests on this batch, in log order. Only when it is committed and shown.</summary>
    public void Answer()
    {
        foreach (var (caller, outcome) in _answers) caller.Answer(outcome);
    }

    internal void Reject(CommitOutcome.Rejected rejection, long durable) => Reject(_answers, rejection, durable);

    /// <summary>Rejects everybody but those whose transaction stands in the durable log: it was committed by a request before.</summary>
    internal static void Reject(IEnumerable<(ICommitCaller Caller, CommitOutcome Outcome)> answers, CommitOutcome.Rejected rejection, long durable)
    {
        foreach (var (caller, outcome) in answers)
            caller.Answer(outcome is CommitOutcome.Committed committed && committed.Position.Index <= durable ? outcome : rejection);
    }
}
