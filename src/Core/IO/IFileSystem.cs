namespace Replication.Core.IO;

/// <summary>
/// The file operations that the engine needs, each with a label. Names become durable with
/// <see cref="SyncDirectory"/>, contents with <see cref="IFile.Sync"/>.
/// </summary>
public interface IFileSystem
{
    /// <summary>Makes a new file; fails when the name is taken.</summary>
    IFile Create(string path, FileLabel label);

    /// <summary>Opens an existing file for reading and writing.</summary>
    IFile Open(string path, FileLabel label);

    /// <summary>Opens an existing file for reading.</summary>
    IFile OpenRead(string path, FileLabel label);

    /// <summary>Whether a file has this name.</summary>
    bool FileExists(string path);

    /// <summary>Whether a directory has this name.</summary>
    bool DirectoryExists(string path);

    /// <summary>Names, not paths, of the files and directories in a directory, ordinal order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Makes a directory and those above it; not an error when it exists.</summary>
    void CreateDirectory(string path, FileLabel label);

    /// <summary>Gives a file or directory another name in the same file system, replacing a file of that name.</summary>
    void Rename(string from, string to, FileLabel label);

    /// <summary>Removes a file.</summary>
    void Delete(string path, FileLabel label);

    /// <summary>Removes a directory and everything in it; not an error when there is none.</summary>
    void DeleteDirectory(string path, FileLabel label);

    /// <summary>Returns when the names in a directory are durable.</summary>
    void SyncDirectory(string path, FileLabel label);

    /// <summary>Takes the exclusive lock that a file stands for, until the answer is disposed; null when another holds it.</summary>
    IDisposable? TryLock(string path);

    /// <summary>Bytes that the disk under a directory has left.</summary>
    long FreeBytes(string directory);
}
