namespace Replication.Kit;

/// <summary>
/// A disk in memory that knows what of it is durable: contents since the last sync of their file, names since the last
/// sync of their directory. Not thread-safe; <see cref="MemoryFileSystem"/> is.
/// </summary>
public sealed class MemoryDisk
{
    private readonly List<MemoryInode> _inodes = [];
    private readonly List<NameChange> _unsyncedNames = [];
    private SortedDictionary<string, MemoryInode?> _names = NewNames();
    private SortedDictionary<string, MemoryInode?> _syncedNames = NewNames();

    /// <summary>Paths of the files, in ordinal order.</summary>
    public IEnumerable<string> Files => _names.Where(name => name.Value is not null).Select(name => name.Key);

    /// <summary>Bytes that the files with a name may have together. No limit until one is set.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Bytes that are left.</summary>
    public long FreeBytes => Capacity == long.MaxValue ? long.MaxValue : Math.Max(0, Capacity - _names.Values.Sum(inode => inode?.Length ?? 0));

    public bool FileExists(string path) => _names.TryGetValue(path, out var inode) && inode is not null;

    public bool DirectoryExists(string path) => path == "/" || (_names.TryGetValue(path, out var inode) && inode is null);

    /// <summary>The bytes of a file as they are now.</summary>
    public byte[] Content(string path) => Inode(path).Content.ToArray();

    /// <summary>How many bytes of a file are durable.</summary>
    public long DurableLength(string path) => Inode(path).SyncedLength;

    /// <summary>A bit rots: changes one bit of what is durable of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Of the byte; below <see cref="DurableLength"/>.</param>
    /// <param name="bit">From 0 to 7.</param>
    public void FlipBit(string path, long offset, int bit) => Inode(path).FlipBit(offset, bit);

    /// <summary>Does an operation. Reading and opening change nothing here.</summary>
    public void Apply(FileOperation operation)
    {
        switch (operation.Action)
        {
            case FileAction.Create:
                Create(operation.Path);
                break;
            case FileAction.Write:
                _inodes[operation.File].Write(operation.Bytes, operation.Offset);
                break;
            case FileAction.Sync:
                _inodes[operation.File].Sync();
                break;
            case FileAction.CreateDirectory:
                CreateDirectory(operation.Path);
                break;
            case FileAction.Rename:
                Rename(operation.Path, operation.To);
                break;
            case FileAction.Delete:
                Change(new NameChange([operation.Path], []));
                break;
            case FileAction.DeleteDirectory:
                Change(new NameChange([.. Tree(operation.Path)], []));
                break;
            case FileAction.SyncDirectory:
                SyncDirectory(operation.Path);
                break;
        }
    }

    /// <summary>The disk as it is found when the power comes back.</summary>
    public MemoryDisk AfterPowerLoss(IPowerLoss loss)
    {
        var found = new MemoryDisk { Capacity = Capacity };
        found._inodes.AddRange(_inodes.Select(inode => inode.AfterPowerLoss(loss)));
        var names = _syncedNames;
        for (var i = 0; i < _unsyncedNames.Count; i++)
            if (loss.KeepsName(i, _unsyncedNames.Count))
                names = _unsyncedNames[i].AppliedTo(names);
        foreach (var (path, inode) in names)
            if (HasParents(names, path))
                found._names[path] = inode is null ? null : found._inodes[inode.Number];
        found._syncedNames = new(found._names, StringComparer.Ordinal);
        return found;
    }

    /// <summary>As much of an operation as there is room for: all, less of a write, or null for nothing.</summary>
    internal FileOperation? ThatFits(FileOperation operation)
    {
        if (Capacity == long.MaxValue) return operation;
        switch (operation.Action)
        {
            case FileAction.Create or FileAction.CreateDirectory:
                return FreeBytes > 0 ? operation : null;
            case FileAction.Write:
                var room = _inodes[operation.File].Length + FreeBytes - operation.Offset;
                if (room >= operation.Bytes!.Length) return operation;
                return room <= 0 ? null : operation with { Bytes = operation.Bytes[..(int)room] };
            default:
                return operation;
        }
    }

    internal MemoryInode Inode(string path) => _names[path]!;

    internal IEnumerable<string> Tree(string directory) =>
        _names.Keys.Where(path => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal));

    internal IEnumerable<string> List(string directory) =>
        _names.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path));

    private static SortedDictionary<string, MemoryInode?> NewNames() => new(StringComparer.Ordinal);

    private static bool HasParents(SortedDictionary<string, MemoryInode?> names, string path) =>
        Path.GetDirectoryName(path) is "/" or null || (names.ContainsKey(Path.GetDirectoryName(path)!) && HasParents(names, Path.GetDirectoryName(path)!));

    private void Create(string path)
    {
        var inode = new MemoryInode(_inodes.Count);
        _inodes.Add(inode);
        Change(new NameChange([], [(path, inode)]));
    }

    private void CreateDirectory(string path)
    {
        if (DirectoryExists(path)) return;
        CreateDirectory(Path.GetDirectoryName(path)!);
        Change(new NameChange([], [(path, null)]));
    }

    private void Rename(string from, string to) =>
        Change(new NameChange([.. Tree(from)], [.. Tree(from).Select(path => (to + path[from.Length..], _names[path]))]));

    private void Change(NameChange change)
    {
        _names = change.AppliedTo(_names);
        _unsyncedNames.Add(change);
    }

    // The sync of either directory makes a rename between two durable, as journaling file systems do.
    private void SyncDirectory(string directory)
    {
        foreach (var change in _unsyncedNames.Where(change => change.Touches(directory)))
            _syncedNames = change.AppliedTo(_syncedNames);
        _unsyncedNames.RemoveAll(change => change.Touches(directory));
    }

    /// <summary>Names that come and go at once.</summary>
    private sealed record NameChange(IReadOnlyList<string> Gone, IReadOnlyList<(string Path, MemoryInode? Inode)> Come)
    {
        public bool Touches(string directory) =>
            Come.Take(1).Select(name => name.Path).Concat(Gone.Take(1)).Any(path => Path.GetDirectoryName(path) == directory);

        public SortedDictionary<string, MemoryInode?> AppliedTo(SortedDictionary<string, MemoryInode?> names)
        {
            var changed = new SortedDictionary<string, MemoryInode?>(names, StringComparer.Ordinal);
            foreach (var path in Gone) changed.Remove(path);
            foreach (var (path, inode) in Come) changed[path] = inode;
            return changed;
        }
    }
}
