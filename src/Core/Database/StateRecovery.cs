using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;

namespace Replication.Core.Database;

/// <summary>A state and the snapshot it was built from.</summary>
/// <param name="State">What readers may see.</param>
/// <param name="SnapshotIndex">0 when it was built from the log alone.</param>
/// <param name="Hold">Null when every digest agreed; otherwise the state ends before the one that did not.</param>
internal readonly record struct RecoveredState(DatabaseState State, long SnapshotIndex, DigestHold? Hold);

/// <summary>
/// Builds the state from this node's own files: the newest snapshot that is whole and lies on the chain of the log, then
/// the log, through the same apply path as everything else. When a digest in the log does not agree, the snapshot may have
/// been written from wrong memory, so that older ones are tried before the node believes that its files disagree.
/// </summary>
internal sealed class StateRecovery(IFileSystem files, SnapshotCatalogue snapshots, SegmentedLog log, DigestHistory digests, RecoveryProgress progress)
{
    private readonly List<SnapshotDamagedException> _damaged = [.. snapshots.Damaged];
    private long _replayedFrom;

    /// <summary>Snapshots that were passed over.</summary>
    public IReadOnlyList<SnapshotDamagedException> Damaged => _damaged;

    /// <summary>Builds it.</summary>
    /// <param name="committed">What is known to be committed.</param>
    /// <param name="showSynced">Whether at quorum 0 everything that is synced here is shown: it is committed.</param>
    /// <exception cref="DataDirectoryException">Snapshots and log do not fit together, or what is left does not reach back far enough.</exception>
    public RecoveredState Run(long committed, bool showSynced)
    {
        var disagreeing = new List<SnapshotManifest>();
        (SnapshotManifest? Start, long Agreed, DigestMismatchException Mismatch)? best = null;
        foreach (var (start, manifest) in Starts())
        {
            var builder = StateBuilder.Replaying(start, digests);
            var snapshotIndex = start.Index;
            try
            {
                var state = Replay(builder, committed, showSynced);
                foreach (var wrong in disagreeing) PassOver(wrong);
                return new RecoveredState(state, snapshotIndex, null);
            }
            catch (DigestMismatchException mismatch)
            {
                // Where no digest agreed, the oldest snapshot is the likeliest to be right; the beginning says nothing.
                if (best is null || builder.LastAgreed > best.Value.Agreed || (builder.LastAgreed == best.Value.Agreed && manifest is not null))
                    best = (manifest, builder.LastAgreed, mismatch);
                if (manifest is not null) disagreeing.Add(manifest);
            }
        }
        var (from, agreed, met) = best!.Value;
        return HoldAt(from, agreed, met);
    }

    private RecoveredState HoldAt(SnapshotManifest? snapshot, long agreed, DigestMismatchException met)
    {
        // It was loaded before, so that it loads again unless the disk changes meanwhile.
        var start = snapshot is null ? DatabaseState.Empty : Load(snapshots.DataPath(snapshot), snapshot);
        var snapshotIndex = start.Index;
        var builder = StateBuilder.Replaying(start, digests);
        BeginReplay(builder, agreed);
        ReplayTo(builder, agreed);
        var state = builder.Freeze();
        return new RecoveredState(state, snapshotIndex, new DigestHold(met.Position, met.Logged, met.Own, state.Position));
    }

    private void PassOver(SnapshotManifest wrong)
    {
        _damaged.Add(new SnapshotDamagedException(snapshots.DataPath(wrong), "the log behind it does not agree with it, and does with an older one: it was written from wrong memory"));
        snapshots.Forget(wrong);
    }

    // Every state to begin from, the newest first; at least one.
    private IEnumerable<(DatabaseState State, SnapshotManifest? Manifest)> Starts()
    {
        var found = false;
        foreach (var manifest in snapshots.NewestFirst)
        {
            if (manifest.Position.Index < log.FirstIndex - 1) break;
            if (TryLoad(manifest) is not { } state) continue;
            found = true;
            yield return (state, manifest);
        }
        if (log.FirstIndex == 1) yield return (DatabaseState.Empty, null);
        else if (!found)
            throw new DataDirectoryException(
                $"The log begins at entry {log.FirstIndex} and no whole snapshot reaches up to it ({Describe()}). Start from an empty directory as a replica, or restore a backup.");
    }

    private DatabaseState? TryLoad(SnapshotManifest manifest)
    {
        var path = snapshots.DataPath(manifest);
        if (manifest.History != log.History || log.CrcOf(manifest.Position.Index) != manifest.Tail.Crc)
            throw new DataDirectoryException($"Snapshot {path} at {manifest.Position} does not lie on the chain of the log. Restore the right files, or start from an empty directory as a replica.");
        try
        {
            return Load(path, manifest);
        }
        catch (SnapshotDamagedException damage)
        {
            _damaged.Add(damage);
        }
        catch (FileNotFoundException missing)
        {
            _damaged.Add(new SnapshotDamagedException(path, missing.Message));
        }
        snapshots.Forget(manifest);
        return null;
    }

    private DatabaseState Load(string path, SnapshotManifest manifest)
    {
        progress.Begin(RecoveryStep.Snapshot, manifest.Bytes);
        return SnapshotReader.Load(files, path, manifest, progress.Reach);
    }

    private string Describe() => _damaged.Count == 0 ? "there is none" : string.Join(' ', _damaged.Select(damage => damage.Message));

    // What is known to be committed, and at quorum 0 everything that is synced here.
    private DatabaseState Replay(StateBuilder builder, long committed, bool showSynced)
    {
        BeginReplay(builder, showSynced ? log.Durable.Index : committed);
        ReplayTo(builder, Math.Max(builder.Tail.Index, committed));
        if (showSynced && builder.Configuration.Quorum == 0) ReplayTo(builder, log.Durable.Index);
        return builder.Freeze();
    }

    private void BeginReplay(StateBuilder builder, long limit)
    {
        _replayedFrom = builder.Tail.Index;
        progress.Begin(RecoveryStep.Log, Math.Max(0, Math.Min(limit, log.Durable.Index) - _replayedFrom));
    }

    private void ReplayTo(StateBuilder builder, long limit) =>
        log.ReadEach(builder.Tail.Index + 1, Math.Min(limit, log.Durable.Index), (frame, in header) =>
        {
            builder.Apply(header, FrameReader.Payload(frame));
            progress.Reach(header.Index - _replayedFrom);
        });
}
