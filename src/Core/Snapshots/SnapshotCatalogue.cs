using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Core.Snapshots;

/// <summary>The snapshots in a directory. Thread-safe.</summary>
public sealed class SnapshotCatalogue
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 2;

    private readonly IFileSystem _files;
    private readonly Lock _gate = new();
    private List<SnapshotManifest> _newestFirst = [];

    /// <summary>Opens the directory: reads the manifests and changes nothing.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">Exists.</param>
    public SnapshotCatalogue(IFileSystem files, string directory)
    {
        _files = files;
        Directory = directory;
        Damaged = ReadManifests();
    }

    /// <summary>Where they are.</summary>
    public string Directory { get; }

    /// <summary>Manifests that could not be read when the catalogue was opened; they stay where they are.</summary>
    public IReadOnlyList<SnapshotDamagedException> Damaged { get; }

    /// <summary>The snapshots, newest first.</summary>
    public IReadOnlyList<SnapshotManifest> NewestFirst
    {
        get
        {
            lock (_gate) return _newestFirst;
        }
    }

    /// <summary>The data file of a snapshot.</summary>
    public string DataPath(SnapshotManifest manifest) => Path.Combine(Directory, manifest.DataName);

    /// <summary>Takes a new snapshot into the catalogue and removes those that are no longer kept.</summary>
    /// <param name="manifest">Of the new one.</param>
    /// <param name="fetched">Indexes of snapshots that somebody fetches: they are kept besides.</param>
    public void Add(SnapshotManifest manifest, IReadOnlyCollection<long> fetched)
    {
        List<SnapshotManifest> dropped;
        lock (_gate)
        {
            var all = _newestFirst.Where(other => other.Position.Index != manifest.Position.Index).Append(manifest).OrderByDescending(other => other.Position.Index).ToList();
            dropped = [.. all.Skip(Kept).Where(other => !fetched.Contains(other.Position.Index))];
            _newestFirst = [.. all.Except(dropped)];
        }
        foreach (var old in dropped) Delete(old);
        if (dropped.Count > 0) _files.SyncDirectory(Directory, FileLabel.SnapshotDelete);
    }

    /// <summary>A snapshot turned out to be damaged: it is no longer offered and no longer counts. Its files stay, for people to look at.</summary>
    public void Forget(SnapshotManifest manifest)
    {
        lock (_gate) _newestFirst = [.. _newestFirst.Where(other => other != manifest)];
    }

    /// <summary>
    /// Removes what an unfinished writing left behind. Not before it is known that the node has its data: where a manifest
    /// was lost, its data file looks the same.
    /// </summary>
    public void RemoveLeftovers()
    {
        var names = _files.List(Directory);
        foreach (var name in names)
        {
            var isTemporary = name.EndsWith(SegmentFiller.TemporaryExtension, StringComparison.Ordinal);
            var isOrphan = SnapshotManifest.IsName(name, SnapshotManifest.DataExtension)
                && !names.Contains(Path.ChangeExtension(name, SnapshotManifest.Extension), StringComparer.Ordinal);
            if (isTemporary || isOrphan) _files.Delete(Path.Combine(Directory, name), FileLabel.SnapshotDelete);
        }
    }

    // Manifest first: a data file without a manifest is a leftover, a manifest without data would be a damaged snapshot.
    private void Delete(SnapshotManifest manifest)
    {
        _files.Delete(Path.Combine(Directory, manifest.FileName), FileLabel.SnapshotDelete);
        _files.SyncDirectory(Directory, FileLabel.SnapshotDelete);
        _files.Delete(DataPath(manifest), FileLabel.SnapshotDelete);
    }

    private List<SnapshotDamagedException> ReadManifests()
    {
        var damaged = new List<SnapshotDamagedException>();
        foreach (var name in _files.List(Directory).Where(name => SnapshotManifest.IsName(name, SnapshotManifest.Extension)).Reverse())
        {
            var path = Path.Combine(Directory, name);
            try
            {
                var manifest = SnapshotReader.ReadManifest(_files, path);
                if (manifest.FileName != name) throw new SnapshotDamagedException(path, $"it is the manifest of a snapshot at {manifest.Position}");
                _newestFirst.Add(manifest);
            }
            catch (SnapshotDamagedException failure)
            {
                damaged.Add(failure);
            }
        }
        return damaged;
    }
}
