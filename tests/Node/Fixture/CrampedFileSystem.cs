using Replication.Core.IO;

namespace Replication.Node.Tests.Fixture;

/// <summary>The operating system's files on a disk that can be made full: nothing new fits on it then, what is there can be written.</summary>
internal sealed class CrampedFileSystem : PassingFileSystem
{
    private const int NoSpaceLeft = 28; // ENOSPC

    private volatile bool _isFull;

    public bool IsFull
    {
        get => _isFull;
        set => _isFull = value;
    }

    /// <summary>Whether what a start writes of itself fits on it still, as some hundred bytes often do.</summary>
    public bool HasRoomForIdentity { get; set; }

    public override IFile Create(string path, FileLabel label) =>
        _isFull && !(HasRoomForIdentity && label == FileLabel.Identity) ? throw new IOException($"No space left on device : '{path}'", NoSpaceLeft) : base.Create(path, label);

    public override long FreeBytes(string directory) => _isFull ? 0 : base.FreeBytes(directory);
}
