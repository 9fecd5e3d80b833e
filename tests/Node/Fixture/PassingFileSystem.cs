using Replication.Core.IO;

namespace Replication.Node.Tests.Fixture;

/// <summary>The operating system's files, for tests that change what some operations do.</summary>
internal abstract class PassingFileSystem : IFileSystem
{
    private readonly PhysicalFileSystem _inner = new();

    public virtual IFile Create(string path, FileLabel label) => _inner.Create(path, label);

    public IFile Open(string path, FileLabel label) => _inner.Open(path, label);

    public virtual IFile OpenRead(string path, FileLabel label) => _inner.OpenRead(path, label);

    public bool FileExists(string path) => _inner.FileExists(path);

    public bool DirectoryExists(string path) => _inner.DirectoryExists(path);

    public IReadOnlyList<string> List(string directory) => _inner.List(directory);

    public void CreateDirectory(string path, FileLabel label) => _inner.CreateDirectory(path, label);

    public virtual void Rename(string from, string to, FileLabel label) => _inner.Rename(from, to, label);

    public void Delete(string path, FileLabel label) => _inner.Delete(path, label);

    public void DeleteDirectory(string path, FileLabel label) => _inner.DeleteDirectory(path, label);

    public void SyncDirectory(string path, FileLabel label) => _inner.SyncDirectory(path, label);

    public IDisposable? TryLock(string path) => _inner.TryLock(path);

    public virtual long FreeBytes(string directory) => _inner.FreeBytes(directory);
}
