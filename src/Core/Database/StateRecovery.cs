using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;

namespace Replication.Core.Database;

/// <summary>A state and the snapshot it was built from.</summary>
/// <param name="State">What readers may see after the restart.</param>
/// <param name="SnapshotIndex">0 when it was built from the log alone.</param>
internal readonly record struct RecoveredState(DatabaseState State, long SnapshotIndex);

/// <summary>
/// Builds the state at start: the newest snapshot that is whole and lies on the chain of the log, then the log, through
/// the same apply path as everything else.
/// </summary>
internal sealed class StateRecovery(IFileSystem files, SnapshotCatalogue snapshots, RecoveredLog recovered, DigestHistory digests)
{
    private readonly List<SnapshotDamagedException> _damaged = [.. snapshots.Damaged];

    /// <exception cref="DataDirectoryException">Snapshots and log do not fit together, or what is left does not reach back far enough.</exception>
    public (RecoveredState State, IReadOnlyList<SnapshotDamagedException> Damaged) Run()
    {
        var start = LoadSnapshot();
        var builder = new StateBuilder(start, digests);
        // Shown after a restart: what the last mark knew to be committed; at quorum 0 everything that is synced here.
        Replay(builder, Math.Max(start.Index, recovered.CommitIndex));
        var state = builder.Freeze();
        if (state.Configuration.Quorum == 0 && state.Index < recovered.Log.Durable.Index)
        {
            Replay(builder, recovered.Log.Durable.Index);
            state = builder.Freeze();
        }
        return (new RecoveredState(state, start.Index), _damaged);
    }

    private DatabaseState LoadSnapshot()
    {
        var log = recovered.Log;
        foreach (var manifest in snapshots.NewestFirst)
        {
            if (manifest.Position.Index < log.FirstIndex - 1) break;
            var path = snapshots.DataPath(manifest);
            if (manifest.History != log.History || log.CrcOf(manifest.Position.Index) != manifest.Tail.Crc)
                throw new DataDirectoryException($"Snapshot {path} at {manifest.Position} does not lie on the chain of the log. Restore the right files, or start from an empty directory as a replica.");
            try
            {
                return SnapshotReader.Load(files, path, manifest);
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
        }
        return log.FirstIndex == 1
            ? DatabaseState.Empty
            : throw new DataDirectoryException(
                $"The log begins at entry {log.FirstIndex} and no whole snapshot reaches up to it ({Describe()}). Start from an empty directory as a replica, or restore a backup.");
    }

    private string Describe() => _damaged.Count == 0 ? "there is none" : string.Join(' ', _damaged.Select(damage => damage.Message));

    private void Replay(StateBuilder builder, long limit)
    {
        limit = Math.Min(limit, recovered.Log.Durable.Index);
        recovered.Log.ReadEach(builder.Tail.Index + 1, limit, (frame, in header) => builder.Apply(header, FrameReader.Payload(frame)));
    }
}
