using System.Security.Cryptography;
using Replication.Core.IO;
using Replication.Core.Records;
using Replication.Core.Snapshots;

namespace Replication.Core.Database;

/// <summary>
/// A snapshot on its way to this node: the manifest and the chunks that have come so far. After an interruption, a
/// restart included, chunks that are there and right are not fetched again. Nothing here is shown to readers.
/// </summary>
public sealed class BootstrapFolder : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly IFile _data;
    private readonly SortedSet<int> _missing;

    private BootstrapFolder(IFileSystem files, string directory, SnapshotManifest manifest, IFile data, SortedSet<int> missing)
    {
        _files = files;
        _directory = directory;
        Manifest = manifest;
        _data = data;
        _missing = missing;
    }

    /// <summary>The snapshot that is being fetched.</summary>
    public SnapshotManifest Manifest { get; }

    /// <summary>Numbers of the chunks that are still to be fetched, ascending.</summary>
    public IReadOnlyCollection<int> Missing => _missing;

    /// <summary>Bytes of chunks that are here.</summary>
    public long BytesPresent => Manifest.Bytes - SnapshotFile.HeaderSize - _missing.Sum(number => (long)Manifest.Chunks[number].Length);

    /// <summary>Opens the folder for a snapshot: goes on with what is there of the same one, forgets any other.</summary>
    public static BootstrapFolder Open(LocalDatabase database, SnapshotManifest manifest)
    {
        var (files, directory) = (database.World.Files, database.Layout.Bootstrap);
        var dataPath = Path.Combine(directory, manifest.DataName);
        var manifestPath = Path.Combine(directory, manifest.FileName);
        if (!IsSame(files, manifestPath, dataPath, manifest)) Begin(files, directory, manifestPath, dataPath, manifest);
        var data = files.Open(dataPath, FileLabel.Bootstrap);
        var folder = new BootstrapFolder(files, directory, manifest, data, []);
        for (var i = 0; i < manifest.Chunks.Length; i++)
            if (!folder.IsPresent(i))
                folder._missing.Add(i);
        return folder;
    }

    /// <summary>Stores a chunk.</summary>
    /// <exception cref="SnapshotDamagedException">The bytes are not those that the manifest names; nothing was stored.</exception>
    public void Store(int number, ReadOnlySpan<byte> bytes)
    {
        var chunk = Manifest.Chunks[number];
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, sha);
        if (bytes.Length != chunk.Length || !sha.SequenceEqual(chunk.Sha256.AsSpan()))
            throw new SnapshotDamagedException(_data.Path, $"chunk {number} came with other bytes than its manifest names");
        _data.Write(bytes, chunk.Offset, FileLabel.Bootstrap);
        _missing.Remove(number);
    }

    /// <summary>The state, with every chunk and the digest checked; synced before it is read.</summary>
    /// <exception cref="SnapshotDamagedException">It is not what the manifest says; the folder was emptied.</exception>
    internal DatabaseState Load()
    {
        if (_missing.Count > 0) throw new InvalidOperationException($"{_missing.Count} chunks are still missing.");
        _data.Sync(FileLabel.Bootstrap);
        try
        {
            return SnapshotReader.Load(_files, _data.Path, Manifest);
        }
        catch (SnapshotDamagedException)
        {
            _files.DeleteDirectory(_directory, FileLabel.Bootstrap);
            throw;
        }
    }

    internal void MoveTo(string directory)
    {
        _files.Rename(Path.Combine(_directory, Manifest.DataName), Path.Combine(directory, Manifest.DataName), FileLabel.Bootstrap);
        _files.Rename(Path.Combine(_directory, Manifest.FileName), Path.Combine(directory, Manifest.FileName), FileLabel.Bootstrap);
    }

    /// <inheritdoc/>
    public void Dispose() => _data.Dispose();

    private static bool IsSame(IFileSystem files, string manifestPath, string dataPath, SnapshotManifest manifest)
    {
        if (!files.FileExists(manifestPath) || !files.FileExists(dataPath)) return false;
        try
        {
            return ManifestCodec.Encode(SnapshotReader.ReadManifest(files, manifestPath)).AsSpan().SequenceEqual(ManifestCodec.Encode(manifest));
        }
        catch (SnapshotDamagedException)
        {
            return false;
        }
    }

    private static void Begin(IFileSystem files, string directory, string manifestPath, string dataPath, SnapshotManifest manifest)
    {
        files.DeleteDirectory(directory, FileLabel.Bootstrap);
        files.CreateDirectory(directory, FileLabel.Bootstrap);
        Span<byte> header = stackalloc byte[SnapshotFile.HeaderSize];
        SnapshotFile.WriteHeader(header, SnapshotFile.DataMagic, 0);
        using (var data = files.Create(dataPath, FileLabel.Bootstrap))
        {
            // Chunks are looked at again when the folder is opened, the header is not: with a manifest it has to be there.
            data.Write(header, 0, FileLabel.Bootstrap);
            data.Sync(FileLabel.Bootstrap);
        }
        SnapshotWriter.WriteManifest(files, manifestPath, manifest, FileLabel.Bootstrap);
        files.SyncDirectory(directory, FileLabel.Bootstrap);
    }

    private bool IsPresent(int number)
    {
        var chunk = Manifest.Chunks[number];
        if (_data.Length < chunk.Offset + chunk.Length) return false;
        try
        {
            SnapshotReader.ReadChunk(_data, chunk, number, new byte[chunk.Length]);
            return true;
        }
        catch (SnapshotDamagedException)
        {
            return false;
        }
    }
}
