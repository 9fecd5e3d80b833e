using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;

namespace Replication.Core.Bootstrapping;

/// <summary>
/// A node's new beginning, beside its old data: the chunks of a snapshot that have come so far, and the log that streams
/// in behind it from the start. All of it survives a restart; nothing of it is shown to readers before it is installed.
/// </summary>
/// <remarks>Chunks are stored by several threads; the log is appended by one. Disposed of before it is installed.</remarks>
public sealed class Bootstrap : IDisposable
{
    private readonly IFileSystem _files;
    private readonly IFile _data;
    private readonly Lock _gate = new();
    private readonly SortedSet<int> _missing;
    private long _bytesPresent;

    private Bootstrap(IFileSystem files, SnapshotManifest manifest, IFile data, SortedSet<int> missing, LogLease log)
    {
        _files = files;
        Manifest = manifest;
        _data = data;
        _missing = missing;
        Log = log;
        _bytesPresent = manifest.Bytes - SnapshotFile.HeaderSize - missing.Sum(number => (long)manifest.Chunks[number].Length);
    }

    /// <summary>The snapshot that is being fetched.</summary>
    public SnapshotManifest Manifest { get; }

    /// <summary>The log behind the snapshot, as far as it has come.</summary>
    public LogLease Log { get; }

    /// <summary>Numbers of the chunks that are still to be fetched, ascending.</summary>
    public IReadOnlyList<int> Missing
    {
        get
        {
            lock (_gate) return [.. _missing];
        }
    }

    /// <summary>How much of the chunks is here.</summary>
    public TransferProgress Progress => new(Interlocked.Read(ref _bytesPresent), Manifest.Bytes - SnapshotFile.HeaderSize);

    /// <summary>Begins from a snapshot. What was there of another is forgotten.</summary>
    public static Bootstrap Begin(LocalDatabase database, SnapshotManifest manifest)
    {
        Forget(database);
        BootstrapFolder.Make(database, manifest);
        return Continue(database, CancellationToken.None) ?? throw new IOException($"{database.Layout.Bootstrap} was made and is not there.");
    }

    /// <summary>Goes on with what an interruption left behind, this node's own restart included; null when nothing of use is there.</summary>
    /// <param name="database">Of the node.</param>
    /// <param name="cancellation">Ends the looking at what is there.</param>
    public static Bootstrap? Continue(LocalDatabase database, CancellationToken cancellation)
    {
        var (files, layout) = (database.World.Files, database.Layout);
        if (BootstrapFolder.ReadManifest(files, layout) is not { } manifest) return null;
        if (BootstrapFolder.OpenLog(database, manifest) is not { } log) return null;
        var data = files.Open(Path.Combine(layout.StagedSnapshots, manifest.DataName), FileLabel.Bootstrap);
        try
        {
            var missing = new SortedSet<int>();
            for (var number = 0; number < manifest.Chunks.Length; number++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!IsPresent(data, manifest.Chunks[number], number)) missing.Add(number);
            }
            return new Bootstrap(files, manifest, data, missing, log);
        }
        catch
        {
            data.Dispose();
            log.Dispose();
            throw;
        }
    }

    /// <summary>Forgets everything that was fetched; nothing when nothing was.</summary>
    public static void Forget(LocalDatabase database) => database.World.Files.DeleteDirectory(database.Layout.Bootstrap, FileLabel.Bootstrap);

    /// <summary>Removes what an installation, or a bootstrap that leads nowhere, may have left: it is as large as the database.</summary>
    public static void RemoveLeftovers(LocalDatabase database)
    {
        var layout = database.Layout;
        foreach (var folder in new[] { layout.ReplacedLog, layout.ReplacedSnapshots, layout.StagedLog, layout.StagedSnapshots })
            database.World.Files.DeleteDirectory(folder, FileLabel.Bootstrap);
    }

    /// <summary>Stores a chunk. Safe for several threads with different chunks.</summary>
    /// <exception cref="SnapshotDamagedException">The bytes are not those that the manifest names; nothing was stored.</exception>
    public void Store(int number, ReadOnlySpan<byte> bytes)
    {
        var chunk = Manifest.Chunks[number];
        SnapshotReader.Verify(bytes, chunk, number, _data.Path);
        _data.Write(bytes, chunk.Offset, FileLabel.Bootstrap);
        lock (_gate)
        {
            if (_missing.Remove(number)) Interlocked.Add(ref _bytesPresent, chunk.Length);
        }
    }

    /// <summary>The snapshot's state, with every chunk and the digest checked; synced before it is read.</summary>
    /// <param name="cancellation">Ends the loading.</param>
    /// <exception cref="SnapshotDamagedException">It is not what the manifest says: forget it and begin from another.</exception>
    public DatabaseState Load(CancellationToken cancellation)
    {
        if (Missing is { Count: > 0 and var missing }) throw new InvalidOperationException($"{missing} chunks are still missing.");
        _data.Sync(FileLabel.Bootstrap);
        try
        {
            return SnapshotReader.Load(_files, _data.Path, Manifest, cancellation);
        }
        catch (UnsupportedFormatException rotten)
        {
            // This version wrote the file's version number.
            throw new SnapshotDamagedException(_data.Path, rotten.Message);
        }
    }

    /// <summary>
    /// Applies the log that came behind the snapshot, as a restart would: at quorum 0 everything that is synced here,
    /// because it was committed before it was sent; otherwise what is known to be committed, because what was shown is never
    /// taken back.
    /// </summary>
    /// <param name="state">Of this snapshot, or what an earlier call made of it. Of no use afterwards.</param>
    /// <param name="commitIndex">The highest entry that is known to be committed.</param>
    /// <param name="cancellation">Ends the applying.</param>
    /// <exception cref="ApplyException">An entry cannot be applied, or a digest in the log says that the snapshot is wrong.</exception>
    public DatabaseState Replay(DatabaseState state, long commitIndex, CancellationToken cancellation)
    {
        var end = state.Configuration.Quorum == 0 ? Log.Log.Durable.Index : Math.Min(commitIndex, Log.Log.Durable.Index);
        if (end <= state.Index) return state;
        var builder = StateBuilder.Replaying(state, new DigestHistory(capacity: 1));
        Log.Log.ReadEach(state.Index + 1, end, (frame, in header) =>
        {
            cancellation.ThrowIfCancellationRequested();
            builder.Apply(header, FrameReader.Payload(frame));
        });
        return builder.Freeze();
    }

    /// <summary>
    /// As <see cref="Replay"/> for a node that has nothing else: where a digest in the log does not agree, it stays with the
    /// snapshot. Installed, it finds that again, and holds there. A node that has data keeps that instead.
    /// </summary>
    public DatabaseState ReplayWhatAgrees(DatabaseState state, long commitIndex, CancellationToken cancellation)
    {
        try
        {
            return Replay(state, commitIndex, cancellation);
        }
        catch (DigestMismatchException)
        {
            return Load(cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _data.Dispose();
        Log.Dispose();
    }

    private static bool IsPresent(IFile data, SnapshotChunk chunk, int number)
    {
        if (data.Length < chunk.Offset + chunk.Length) return false;
        try
        {
            SnapshotReader.ReadChunk(data, chunk, number, new byte[chunk.Length]);
            return true;
        }
        catch (SnapshotDamagedException)
        {
            return false;
        }
    }
}
