namespace Replication.Core.IO;

/// <summary>The operating system's files.</summary>
public sealed class PhysicalFileSystem : IFileSystem
{
    /// <inheritdoc/>
    public IFile Create(string path, FileLabel label)
    {
        using var step = new FileStep(label, path);
        return OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
    }

    /// <inheritdoc/>
    public IFile Open(string path, FileLabel label) => OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);

    /// <inheritdoc/>
    public IFile OpenRead(string path, FileLabel label) => OpenHandle(path, FileMode.Open, FileAccess.Read);

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        var names = Directory.EnumerateFileSystemEntries(directory).Select(entry => Path.GetFileName(entry)).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path, FileLabel label)
    {
        using var step = new FileStep(label, path);
        Directory.CreateDirectory(path);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to, FileLabel label)
    {
        using var step = new FileStep(label, to);
        if (Directory.Exists(from)) Directory.Move(from, to);
        else File.Move(from, to, overwrite: true);
    }

    /// <inheritdoc/>
    public void Delete(string path, FileLabel label)
    {
        using var step = new FileStep(label, path);
        File.Delete(path);
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path, FileLabel label)
    {
        using var step = new FileStep(label, path);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path, FileLabel label)
    {
        using var step = new FileStep(label, path);
        NativeFile.SyncDirectory(path);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => NativeFile.TryLock(path);

    /// <inheritdoc/>
    public long FreeBytes(string directory) => new DriveInfo(directory).AvailableFreeSpace;

    // The framework locks a file that is not shared; the engine's one lock is the lock file.
    private static PhysicalFile OpenHandle(string path, FileMode mode, FileAccess access) =>
        new(path, File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete));
}
