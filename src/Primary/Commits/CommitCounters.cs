namespace Replication.Primary.Commits;

/// <summary>How transactions ended since the start. Thread-safe.</summary>
internal sealed class CommitCounters
{
    private long _commits;
    private long _rejections;

    public long Commits => Interlocked.Read(ref _commits);

    public long Rejections => Interlocked.Read(ref _rejections);

    public void CountCommit() => Interlocked.Increment(ref _commits);

    public void CountRejection() => Interlocked.Increment(ref _rejections);
}
