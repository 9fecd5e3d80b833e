using Replication.Core.IO;

namespace Replication.Kit;

/// <summary>
/// Files in memory for tests: every operation stands in a journal with its label, one of them can be made to fail, and
/// the disk can be looked at as a power loss behind any of them would have left it. Thread-safe.
/// </summary>
public sealed class MemoryFileSystem(MemoryDisk disk) : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly List<FileOperation> _journal = [];
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private int _operations;

    public MemoryFileSystem()
        : this(new MemoryDisk())
    {
    }

    /// <summary>The disk. Not to be looked at while another thread works with the files.</summary>
    public MemoryDisk Disk => disk;

    /// <summary>What fails next; null for nothing.</summary>
    public FileFault? Fault { get; set; }

    /// <summary>Whether the operations are kept; long runs do without.</summary>
    public bool KeepsJournal { get; init; } = true;

    /// <summary>Called before each operation, which does not happen if it throws; null for nothing.</summary>
    public Action<FileOperation>? Before { get; set; }

    /// <summary>Called behind each operation, on the thread that did it; null for nothing.</summary>
    public Action<FileOperation>? Done { get; set; }

    /// <summary>Which write goes astray next; null for none.</summary>
    public MisdirectedWrite? Misdirected { get; set; }

    /// <summary>Every operation that was done, in order.</summary>
    public IReadOnlyList<FileOperation> Journal
    {
        get
        {
            lock (_gate) return [.. _journal];
        }
    }

    /// <summary>How many operations were done.</summary>
    public int Operations
    {
        get
        {
            lock (_gate) return _operations;
        }
    }

    /// <summary>A disk on which the first operations of a journal were done.</summary>
    public static MemoryDisk Replay(IEnumerable<FileOperation> journal)
    {
        var disk = new MemoryDisk();
        foreach (var operation in journal) disk.Apply(operation);
        return disk;
    }

    /// <summary>The files as they are found after a power loss now.</summary>
    public MemoryFileSystem AfterPowerLoss(IPowerLoss loss) => new(disk.AfterPowerLoss(loss));

    public IFile Create(string path, FileLabel label)
    {
        lock (_gate)
        {
            RequireParent(path);
            if (disk.FileExists(path) || disk.DirectoryExists(path)) throw new IOException($"The file '{path}' already exists.");
            Do(new FileOperation(FileAction.Create, label, path));
            return new MemoryFile(this, disk.Inode(path), path);
        }
    }

    public IFile Open(string path, FileLabel label)
    {
        lock (_gate)
        {
            if (!disk.FileExists(path)) throw new FileNotFoundException($"Could not find file '{path}'.", path);
            Do(new FileOperation(FileAction.Open, label, path));
            return new MemoryFile(this, disk.Inode(path), path);
        }
    }

    public IFile OpenRead(string path, FileLabel label) => Open(path, label);

    public bool FileExists(string path)
    {
        lock (_gate) return disk.FileExists(path);
    }

    public bool DirectoryExists(string path)
    {
        lock (_gate) return disk.DirectoryExists(path);
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (_gate)
        {
            RequireDirectory(directory);
            return [.. disk.List(directory)];
        }
    }

    public void CreateDirectory(string path, FileLabel label) => Locked(new FileOperation(FileAction.CreateDirectory, label, path));

    public void Rename(string from, string to, FileLabel label)
    {
        lock (_gate)
        {
            if (!disk.FileExists(from) && !disk.DirectoryExists(from)) throw new FileNotFoundException($"Could not find '{from}'.", from);
            RequireParent(to);
            if (disk.DirectoryExists(to) || (disk.DirectoryExists(from) && disk.FileExists(to))) throw new IOException($"Cannot create '{to}' because a file or directory with the same name already exists.");
            Do(new FileOperation(FileAction.Rename, label, from, to));
        }
    }

    public void Delete(string path, FileLabel label) => Locked(new FileOperation(FileAction.Delete, label, path));

    // One name at a time, as the operating system's files are removed: a crash may come between any two.
    public void DeleteDirectory(string path, FileLabel label)
    {
        lock (_gate)
        {
            foreach (var name in disk.Tree(path).Reverse().ToList())
                Do(new FileOperation(disk.FileExists(name) ? FileAction.Delete : FileAction.DeleteDirectory, label, name));
        }
    }

    public void SyncDirectory(string path, FileLabel label)
    {
        lock (_gate)
        {
            RequireDirectory(path);
            Do(new FileOperation(FileAction.SyncDirectory, label, path));
        }
    }

    public IDisposable? TryLock(string path)
    {
        lock (_gate) return _locks.Add(path) ? new HeldLock(this, path) : null;
    }

    public long FreeBytes(string directory)
    {
        lock (_gate) return disk.FreeBytes;
    }

    private void Locked(FileOperation operation)
    {
        lock (_gate) Do(operation);
    }

    private void Do(FileOperation operation)
    {
        Before?.Invoke(operation);
        if (Fault is { } fault && fault.Takes(operation))
        {
            if (fault.Leaves(operation) is { } rest) Apply(rest);
            throw fault.Error(operation);
        }
        operation = Misdirected?.Redirect(operation) ?? operation;
        var fitting = disk.ThatFits(operation);
        if (fitting is not null) Apply(fitting);
        if (!ReferenceEquals(fitting, operation)) throw FullDisk.Error(operation.Path);
    }

    private void Apply(FileOperation operation)
    {
        _operations++;
        if (KeepsJournal) _journal.Add(operation);
        disk.Apply(operation);
        Done?.Invoke(operation);
    }

    private void RequireParent(string path) => RequireDirectory(Path.GetDirectoryName(path)!);

    private void RequireDirectory(string path)
    {
        if (!disk.DirectoryExists(path)) throw new DirectoryNotFoundException($"Could not find the directory '{path}'.");
    }

    private sealed class HeldLock(MemoryFileSystem files, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (files._gate) files._locks.Remove(path);
        }
    }

    private sealed class MemoryFile(MemoryFileSystem files, MemoryInode inode, string path) : IFile
    {
        private bool _closed;

        public string Path => path;

        public long Length
        {
            get
            {
                lock (files._gate) return inode.Length;
            }
        }

        public int Read(Span<byte> buffer, long offset, FileLabel label)
        {
            lock (files._gate)
            {
                Do(new FileOperation(FileAction.Read, label, path, File: inode.Number, Offset: offset));
                return inode.Read(buffer, offset);
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset, FileLabel label)
        {
            var operation = new FileOperation(FileAction.Write, label, path, File: inode.Number, Offset: offset, Bytes: bytes.ToArray());
            lock (files._gate) Do(operation);
        }

        public void Sync(FileLabel label)
        {
            lock (files._gate) Do(new FileOperation(FileAction.Sync, label, path, File: inode.Number));
        }

        public void Dispose() => _closed = true;

        private void Do(FileOperation operation)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            files.Do(operation);
        }
    }
}
