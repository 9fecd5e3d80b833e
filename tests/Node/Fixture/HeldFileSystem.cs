using Replication.Core.IO;

namespace Replication.Node.Tests.Fixture;

/// <summary>The operating system's files, of which snapshots are read only as far as a test lets them be.</summary>
internal sealed class HeldFileSystem : PassingFileSystem, IDisposable
{
    private readonly SemaphoreSlim _permitted = new(0);
    private volatile bool _isHeld;

    /// <summary>From now on each read of a snapshot's data waits for a permission of its own.</summary>
    public void Hold() => _isHeld = true;

    /// <summary>Lets so many reads through: the first is of the header, each other one of a chunk.</summary>
    public void Permit(int reads) => _permitted.Release(reads);

    /// <summary>Lets everything through.</summary>
    public void Release()
    {
        _isHeld = false;
        _permitted.Release(1_000);
    }

    public override IFile OpenRead(string path, FileLabel label)
    {
        var file = base.OpenRead(path, label);
        return _isHeld && path.EndsWith(".snapshot", StringComparison.Ordinal) ? new HeldFile(file, _permitted) : file;
    }

    public void Dispose() => _permitted.Dispose();

    private sealed class HeldFile(IFile inner, SemaphoreSlim permitted) : IFile
    {
        public string Path => inner.Path;

        public long Length => inner.Length;

        public int Read(Span<byte> buffer, long offset, FileLabel label)
        {
            permitted.Wait();
            return inner.Read(buffer, offset, label);
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset, FileLabel label) => inner.Write(bytes, offset, label);

        public void Sync(FileLabel label) => inner.Sync(label);

        public void Dispose() => inner.Dispose();
    }
}
