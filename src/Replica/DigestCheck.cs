using Microsoft.Extensions.Logging;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Records;

namespace Replication.Replica;

/// <summary>What a replica does when its memory does not agree with a logged digest: asks its own files.</summary>
internal sealed class DigestCheck(LocalDatabase database, ReplicaProgress progress, ILogger logger)
{
    private long _replaced;

    /// <summary>How often memory was wrong and replaced, since the start.</summary>
    public long Replaced => Interlocked.Read(ref _replaced);

    /// <summary>A session met a digest that does not agree. Nothing is shown from now on.</summary>
    public void Doubt(DigestMismatchException met)
    {
        database.Doubt(met.Position);
        progress.Installed(0);
        ReplicaLog.MemoryDoubted(logger, met.Position.ToString(), met.Logged.Digest.ToString(), met.Logged.Records, met.Own.Digest.ToString(), met.Own.Records);
    }

    /// <summary>Replays the node's own snapshot and log if its memory is doubted.</summary>
    /// <returns>Whether the node does not hold. It may be doubted again at once, by a snapshot that is being written.</returns>
    public bool Settle()
    {
        if (database.Standing == DigestStanding.Doubted) Replay();
        if (database.Hold is not { } hold) return true;
        ReplicaLog.Holding(logger, hold.Finding, hold.Advice);
        return false;
    }

    private void Replay()
    {
        foreach (var passedOver in database.Replay(Count)) ReplicaLog.SnapshotPassedOver(logger, passedOver.Message);
        progress.Installed(database.State.Index);
        if (database.Standing != DigestStanding.Sound) return;
        ReplicaLog.MemoryReplaced(logger, database.State.Position.ToString(), database.State.Digest.ToString());
    }

    private void Count(DigestStanding standing)
    {
        if (standing == DigestStanding.Sound) Interlocked.Increment(ref _replaced);
    }
}
