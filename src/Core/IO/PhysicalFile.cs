using Microsoft.Win32.SafeHandles;

namespace Replication.Core.IO;

/// <summary>A file of the operating system, read and written at offsets, synced with fdatasync.</summary>
internal sealed class PhysicalFile(string path, SafeFileHandle handle) : IFile
{
    public string Path => path;

    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> buffer, long offset, FileLabel label)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0) break;
            total += read;
        }
        return total;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset, FileLabel label)
    {
        using var step = new FileStep(label, path);
        RandomAccess.Write(handle, bytes, offset);
    }

    public void Sync(FileLabel label)
    {
        using var step = new FileStep(label, path);
        NativeFile.Sync(handle, path);
    }

    public void Dispose() => handle.Dispose();
}
