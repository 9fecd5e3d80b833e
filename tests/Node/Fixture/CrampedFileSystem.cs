using Replication.Core.IO;

namespace Replication.Node.Tests.Fixture;

/// <summary>The operating system's files on a disk that can be made full: nothing new fits on it then, what is there can be written.</summary>
internal sealed class CrampedFileSystem : IFileSystem
{
    private const int NoSpaceLeft = 28; // ENOSPC

    private readonly PhysicalFileSystem _inner = new();
    private volatile bool _isFull;

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    public IFile Create(string path, FileLabel label) =>
        _isFull ? throw new IOException($"No space left on device : '{path}'", NoSpaceLeft) : _inner.Create(path, label);

    public IFile Open(string path, FileLabel label) => _inner.Open(path, label);

    public IFile OpenRead(string path, FileLabel label) => _inner.OpenRead(path, label);

    public bool FileExists(string path) => _inner.FileExists(path);

    public bool DirectoryExists(string path) => _inner.DirectoryExists(path);

    public IReadOnlyList<string> List(string directory) => _inner.List(directory);

    public void CreateDirectory(string path, FileLabel label) => _inner.CreateDirectory(path, label);

    public void Rename(string from, string to, FileLabel label) => _inner.Rename(from, to, label);

    public void Delete(string path, FileLabel label) => _inner.Delete(path, label);

    public void DeleteDirectory(string path, FileLabel label) => _inner.DeleteDirectory(path, label);

    public void SyncDirectory(string path, FileLabel label) => _inner.SyncDirectory(path, label);

    public IDisposable? TryLock(string path) => _inner.TryLock(path);

    public long FreeBytes(string directory) => _isFull ? 0 : _inner.FreeBytes(directory);
}
