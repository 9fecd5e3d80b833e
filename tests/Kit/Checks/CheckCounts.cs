namespace Replication.Kit.Checks;

/// <summary>How often each check looked at something.</summary>
public sealed class CheckCounts
{
    public long Shown { get; set; }

    public long Contents { get; set; }

    public long Frames { get; set; }

    public long Answers { get; set; }

    public long Committed { get; set; }

    public long Rejected { get; set; }

    public long Unknown { get; set; }

    public long Preconditions { get; set; }

    public long Reads { get; set; }

    public long Totals { get; set; }

    public long Retained { get; set; }

    public long Lags { get; set; }

    public long Indexes { get; set; }

    public long IndexesInBuilding { get; set; }

    public long UniqueViolations { get; set; }

    public long MemoryReplaced { get; set; }

    /// <summary>Answers that a call got when it was sent again.</summary>
    public long AnsweredAgain { get; set; }

    public long Forgotten { get; set; }

    public void Add(CheckCounts other)
    {
        Shown += other.Shown;
        Contents += other.Contents;
        Frames += other.Frames;
        Answers += other.Answers;
        Committed += other.Committed;
        Rejected += other.Rejected;
        Unknown += other.Unknown;
        Preconditions += other.Preconditions;
        Reads += other.Reads;
        Totals += other.Totals;
        Retained += other.Retained;
        Lags += other.Lags;
        Indexes += other.Indexes;
        IndexesInBuilding += other.IndexesInBuilding;
        UniqueViolations += other.UniqueViolations;
        MemoryReplaced += other.MemoryReplaced;
        AnsweredAgain += other.AnsweredAgain;
        Forgotten += other.Forgotten;
    }
}
