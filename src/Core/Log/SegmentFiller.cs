using Replication.Core.IO;

namespace Replication.Core.Log;

/// <summary>Fills a file with zeros and syncs it.</summary>
public static class SegmentFiller
{
    /// <summary>What the names of files that are not segments yet end with; such files are removed at start.</summary>
    public const string TemporaryExtension = ".tmp";

    private const int WriteBytes = 1024 * 1024;
    private const int SyncBytes = 4 * WriteBytes;

    /// <summary>Makes the file. Synced in pieces, so that commits meanwhile never wait for one large sync.</summary>
    /// <exception cref="DiskFullException">There is no room; nothing of the file is left.</exception>
    public static void Fill(IFileSystem files, string path, int bytes)
    {
        var directory = Path.GetDirectoryName(path)!;
        // Asked first: otherwise every commit on a full disk would write zeros up to its last free block.
        if (files.FreeBytes(directory) < bytes) throw new DiskFullException(directory, bytes);
        try
        {
            Write(files, path, bytes);
        }
        catch (IOException failure) when (DiskFullException.IsToldBy(failure))
        {
            if (files.FileExists(path)) files.Delete(path, FileLabel.SegmentPrepare);
            throw new DiskFullException(directory, bytes, failure);
        }
    }

    private static void Write(IFileSystem files, string path, int bytes)
    {
        using var file = files.Create(path, FileLabel.SegmentPrepare);
        var zeros = new byte[Math.Min(bytes, WriteBytes)];
        for (var offset = 0; offset < bytes; offset += WriteBytes)
        {
            file.Write(zeros.AsSpan(0, Math.Min(WriteBytes, bytes - offset)), offset, FileLabel.SegmentPrepare);
            if ((offset + WriteBytes) % SyncBytes == 0) file.Sync(FileLabel.SegmentPrepare);
        }
        file.Sync(FileLabel.SegmentPrepare);
    }
}
