namespace Replication.Core.Database;

/// <summary>What a node does while it opens its data directory, in this order. When files do not agree it begins again.</summary>
public enum RecoveryStep
{
    /// <summary>The log is checked for damage.</summary>
    Checking,
    /// <summary>A snapshot is loaded; counted in bytes.</summary>
    Snapshot,
    /// <summary>The log behind it is replayed; counted in entries.</summary>
    Log,
}

/// <summary>How far the opening of a data directory has come: written by the thread that opens it, read by any other.</summary>
public sealed class RecoveryProgress
{
    private Stage _stage = new(RecoveryStep.Checking, 0);

    /// <summary>How far it is now: the step, and how much of it is done.</summary>
    public RecoveryPoint Now
    {
        get
        {
            var stage = Volatile.Read(ref _stage);
            return new RecoveryPoint(stage.Step, Interlocked.Read(ref stage.Done), stage.Total);
        }
    }

    internal void Begin(RecoveryStep step, long total) => Volatile.Write(ref _stage, new Stage(step, total));

    internal void Reach(long done) => Interlocked.Exchange(ref _stage.Done, done);

    // One object for each step, so that nobody reads the amount of one and the total of another.
    private sealed class Stage(RecoveryStep step, long total)
    {
        public long Done;

        public RecoveryStep Step => step;

        public long Total => total;
    }
}
