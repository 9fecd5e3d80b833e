using Replication.Core.Positions;
using Replication.Core.Transactions;

namespace Replication.Kit.Checks;

/// <summary>One transaction that a client asked for, and what it was told.</summary>
public sealed class Call(string request, Transaction transaction, long knownBefore) : ICommitCaller
{
    /// <summary>Unique; stands in the log with the transaction.</summary>
    public string Request => request;

    public Transaction Transaction => transaction;

    /// <summary>The highest index that anybody had been told of when the call was made: its own has to be above.</summary>
    public long KnownBefore => knownBefore;

    /// <summary>What the client was told; null while, or for ever if, it was told nothing.</summary>
    public CommitOutcome? Outcome { get; private set; }

    /// <summary>Whether the transaction reached a primary at all.</summary>
    public bool WasSent { get; set; }

    /// <summary>How often it was sent.</summary>
    public int Sendings { get; set; }

    /// <summary>What the last sending said about when the first one was.</summary>
    public LogPosition? FirstSentAfter { get; set; }

    public void Answer(CommitOutcome outcome)
    {
        if (Outcome is not null) throw new ViolationException("one answer to each call", $"{request} was answered twice");
        Outcome = outcome;
    }
}
