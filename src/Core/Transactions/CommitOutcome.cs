using Replication.Core.Positions;

namespace Replication.Core.Transactions;

/// <summary>What became of a transaction.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>It is durable and readable.</summary>
    /// <param name="Position">Where it stands in the log.</param>
    public sealed record Committed(LogPosition Position) : CommitOutcome;

    /// <summary>It is not in the log and never will be.</summary>
    /// <param name="Reason">Why, for programs.</param>
    /// <param name="Message">Why and what to do next, one sentence for a person.</param>
    /// <param name="Operation">Position of the operation at fault; null when it is the whole transaction.</param>
    public sealed record Rejected(RejectionReason Reason, string Message, int? Operation = null) : CommitOutcome;

    /// <summary>It is older than what is remembered of requests: not executed now; whether it was before is not known.</summary>
    /// <param name="Newest">The newest entry at that moment: a request that was never sent before may be sent again as first sent behind it.</param>
    /// <param name="Message">What happened and how to find out.</param>
    public sealed record Forgotten(LogPosition Newest, string Message) : CommitOutcome;

    /// <summary>It took effect at most once; whether it did is not known here.</summary>
    /// <param name="Message">What happened and how to find out.</param>
    public sealed record Unknown(string Message) : CommitOutcome;
}
