using Replication.Core.IO;

namespace Replication.Node.Tests.Fixture;

/// <summary>The operating system's files on a disk that can be made full: nothing new fits on it then, what is there can be written.</summary>
internal sealed class CrampedFileSystem : PassingFileSystem
{
    private const int NoSpaceLeft = 28; // ENOSPC

    private volatile bool _isFull;
    private int _replaced; // small files whose room another small one may take

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    public override IFile Create(string path, FileLabel label)
    {
        if (_isFull && Interlocked.Exchange(ref _replaced, 0) == 0) throw new IOException($"No space left on device : '{path}'", NoSpaceLeft);
        return base.Create(path, label);
    }

    public override void Rename(string from, string to, FileLabel label)
    {
        if (_isFull && FileExists(to)) Volatile.Write(ref _replaced, 1);
        base.Rename(from, to, label);
    }

    public override long FreeBytes(string directory) => _isFull ? 0 : base.FreeBytes(directory);
}
