using Replication.Core.Transactions;

namespace Replication.Core.Tests.Model;

/// <summary>A caller who knows what it has to be told.</summary>
/// <param name="entry">That the transaction makes, or has made when it was asked before; null when it is to be rejected.</param>
/// <param name="isRepeated">Whether it was asked before.</param>
/// <param name="objections">Why it is to be rejected.</param>
/// <param name="tally">Is told what happened.</param>
internal sealed class ExpectedAnswer(ModelEntry? entry, bool isRepeated, HashSet<RejectionReason> objections, Tally tally) : ICommitCaller
{
    private const long Unknown = long.MaxValue;

    public bool IsAnswered { get; private set; }

    /// <summary>Why it is to be rejected; none when it is to be committed.</summary>
    public HashSet<RejectionReason> Objections => objections;

    /// <summary>Whether the disk refuses what it rests on.</summary>
    public bool IsRefused { get; set; }

    public void Answer(CommitOutcome outcome)
    {
        Assert.False(IsAnswered, "answered twice");
        IsAnswered = true;
        switch (outcome)
        {
            case CommitOutcome.Committed committed when entry is not null && (!IsRefused || (isRepeated && entry.Index < Unknown)):
                tally.Count(isRepeated ? "a request was answered again" : "a transaction was committed");
                if (isRepeated) Assert.Equal(entry.Index, committed.Position.Index);
                entry.Index = committed.Position.Index;
                break;
            case CommitOutcome.Rejected { Reason: RejectionReason.DiskFull } when IsRefused:
                tally.Count("a transaction was refused by the disk");
                break;
            case CommitOutcome.Rejected rejected when !IsRefused && objections.Contains(rejected.Reason):
                tally.Count(isRepeated ? "a request was rejected again" : $"rejected: {rejected.Reason}");
                break;
            default:
                Assert.Fail($"expected {(entry is null ? string.Join(" or ", objections) : "a commit")}{(IsRefused ? ", refused" : string.Empty)}, was told {outcome}");
                break;
        }
    }
}
