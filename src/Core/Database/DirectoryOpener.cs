using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Database;

/// <summary>
/// Makes and checks data directories. A new one is built under another name and renamed, so that it is there whole or
/// not at all.
/// </summary>
internal sealed class DirectoryOpener(DatabaseEnvironment environment, DatabaseOptions options)
{
    private const int MaxSmallFileBytes = 16 * 1024 * 1024;
    private const int PermissionDenied = 13; // EACCES on Linux

    private readonly IFileSystem _files = environment.Files;

    /// <summary>Makes the directory when there is none.</summary>
    /// <param name="withHistory">Whether the new node begins a history of its own (a primary) or waits for one (a replica).</param>
    /// <returns>Whether it was made.</returns>
    public bool EnsureExists(bool withHistory)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Directory));
        try
        {
            if (_files.DirectoryExists(root))
            {
                if (_files.FileExists(new DataLayout(root).Identity)) return false;
                if (_files.List(root).Count > 0)
                    throw new DataDirectoryException($"{root} holds files but no node's data. Name another directory for --data.");
                if (!options.Init)
                    throw new DataDirectoryException($"{root} exists and is empty: if a disk should be mounted there, mount it; if a new node is wanted, add --init.");
            }
            Build(root, withHistory);
            return true;
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException and not DataDirectoryException)
        {
            throw new DataDirectoryException($"{root} cannot be made: {denied.Message} Give this user the right to, or name another directory for --data.", denied);
        }
    }

    /// <summary>Takes the directory's lock.</summary>
    public IDisposable Lock(DataLayout layout)
    {
        try
        {
            return _files.TryLock(layout.Lock)
                ?? throw new DataDirectoryException($"{layout.Root} is in use by another process. Stop that one, or name another directory for --data.");
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException and not DataDirectoryException)
        {
            throw new DataDirectoryException($"{layout.Root} cannot be written: {denied.Message} Give this user the right to, or name another directory for --data.", denied);
        }
    }

    /// <summary>Reads who the node is.</summary>
    public NodeIdentity ReadIdentity(DataLayout layout) => NodeIdentity.FromBytes(ReadWhole(layout.Identity, FileLabel.Identity), layout.Identity);

    /// <summary>
    /// Writes who the node is; durable when this returns. It is written over a spare file of the same length, and what it replaces gives
    /// its room to the next spare, so that a node starts on a full disk, too.
    /// </summary>
    /// <exception cref="DiskFullException">There is no spare, and no room for one; nothing has changed.</exception>
    public void WriteIdentity(DataLayout layout, NodeIdentity identity)
    {
        try
        {
            WriteSpare(layout, identity.ToBytes());
        }
        catch (IOException full) when (DiskFullException.IsToldBy(full))
        {
            throw new DiskFullException(layout.Root, NodeIdentity.FileBytes, full);
        }
        _files.Rename(layout.SpareIdentity, layout.Identity, FileLabel.Identity);
        _files.SyncDirectory(layout.Root, FileLabel.Identity);
        try
        {
            WriteSpare(layout, new byte[NodeIdentity.FileBytes]);
        }
        catch (IOException full) when (DiskFullException.IsToldBy(full))
        {
            RemoveSpare(layout); // The next one needs room, or says that there is none.
        }
    }

    /// <summary>Reads a small file.</summary>
    public byte[] ReadWhole(string path, FileLabel label)
    {
        using var file = _files.OpenRead(path, label);
        var bytes = new byte[Math.Min(file.Length, MaxSmallFileBytes)];
        return bytes[..file.Read(bytes, 0, label)];
    }

    /// <summary>Writes a small file whole: there is the old one or the new one, and the new one is durable when this returns.</summary>
    public void WriteWhole(string directory, string path, ReadOnlySpan<byte> bytes, FileLabel label)
    {
        var temporary = path + SegmentFiller.TemporaryExtension;
        if (_files.FileExists(temporary)) _files.Delete(temporary, label);
        using (var file = _files.Create(temporary, label))
        {
            file.Write(bytes, 0, label);
            file.Sync(label);
        }
        _files.Rename(temporary, path, label);
        _files.SyncDirectory(directory, label);
    }

    // A spare that a crash left unfinished is none.
    private void WriteSpare(DataLayout layout, byte[] bytes)
    {
        if (SpareBytes(layout) != bytes.Length) RemoveSpare(layout);
        using var file = _files.FileExists(layout.SpareIdentity) ? _files.Open(layout.SpareIdentity, FileLabel.Identity) : _files.Create(layout.SpareIdentity, FileLabel.Identity);
        file.Write(bytes, 0, FileLabel.Identity);
        file.Sync(FileLabel.Identity);
    }

    private long SpareBytes(DataLayout layout)
    {
        if (!_files.FileExists(layout.SpareIdentity)) return 0;
        using var file = _files.OpenRead(layout.SpareIdentity, FileLabel.Identity);
        return file.Length;
    }

    private void RemoveSpare(DataLayout layout)
    {
        if (_files.FileExists(layout.SpareIdentity)) _files.Delete(layout.SpareIdentity, FileLabel.Identity);
    }

    /// <summary>Refuses a directory of which a folder is missing that every node has.</summary>
    public void RequireFolders(DataLayout layout)
    {
        foreach (var folder in new[] { layout.Log, layout.Snapshots })
            if (!_files.DirectoryExists(folder))
                throw new DataDirectoryException($"{folder} is missing. Restore it with its files, or start from an empty directory as a replica.");
    }

    /// <summary>Removes unfinished files of the folders that come and go.</summary>
    public void RemoveLeftovers(DataLayout layout)
    {
        foreach (var folder in new[] { layout.Lost, layout.Bootstrap }.Where(_files.DirectoryExists))
            foreach (var name in _files.List(folder).Where(name => name.EndsWith(SegmentFiller.TemporaryExtension, StringComparison.Ordinal)))
                _files.Delete(Path.Combine(folder, name), FileLabel.Recovery);
    }

    /// <summary>
    /// Makes the directory's name durable, and the names of those above it, which may be as new. Until a first start has
    /// come to its end: the process that made them may have died before it could.
    /// </summary>
    public void SyncName(DataLayout layout)
    {
        try
        {
            for (var above = Path.GetDirectoryName(layout.Root); above is not null; above = Path.GetDirectoryName(above))
                _files.SyncDirectory(above, FileLabel.Layout);
        }
        catch (IOException denied) when (denied.HResult == PermissionDenied)
        {
            // What this user may not even read it has not made, nor anything above it.
            return;
        }
    }

    private void Build(string root, bool withHistory)
    {
        var draft = new DataLayout(root + ".creating");
        _files.DeleteDirectory(draft.Root, FileLabel.Layout);
        _files.CreateDirectory(draft.Log, FileLabel.Layout);
        _files.CreateDirectory(draft.Snapshots, FileLabel.Layout);
        var history = withHistory ? new HistoryId(new UInt128(environment.Entropy.NextNonZero(), environment.Entropy.NextNonZero())) : HistoryId.None;
        if (withHistory)
        {
            using var supply = environment.SupplyFor(draft.Log, options.Log.SegmentBytes);
            SegmentedLog.Create(_files, draft.Log, supply, environment.Entropy, history, LogTail.Start).Dispose();
        }
        WriteIdentity(draft, new NodeIdentity(environment.Entropy.NextNonZero(), 0, history, Epoch.None, 0));
        if (_files.DirectoryExists(root)) _files.DeleteDirectory(root, FileLabel.Layout);
        _files.Rename(draft.Root, root, FileLabel.Layout);
    }
}
