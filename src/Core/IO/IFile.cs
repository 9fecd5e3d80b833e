namespace Replication.Core.IO;

/// <summary>An open file. Reads may come from several threads; writes come from one.</summary>
public interface IFile : IDisposable
{
    /// <summary>Where it is, for messages.</summary>
    string Path { get; }

    /// <summary>Its length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads up to the buffer's length from an offset; returns the bytes read, fewer only at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset, FileLabel label);

    /// <summary>Writes all bytes at an offset. They are durable only after <see cref="Sync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset, FileLabel label);

    /// <summary>Returns when everything written so far is durable.</summary>
    /// <exception cref="IOException">The sync failed; it is never retried, what is on the disk is unknown.</exception>
    void Sync(FileLabel label);
}
