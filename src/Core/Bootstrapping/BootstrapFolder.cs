using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Snapshots;

namespace Replication.Core.Bootstrapping;

/// <summary>The files of a bootstrap: made in an order in which a manifest is never there without what belongs to it, and read back with distrust.</summary>
internal static class BootstrapFolder
{
    /// <summary>Makes the files of a bootstrap that has nothing yet. The manifest comes last.</summary>
    public static void Make(LocalDatabase database, SnapshotManifest manifest)
    {
        var (files, layout) = (database.World.Files, database.Layout);
        files.CreateDirectory(layout.StagedLog, FileLabel.Bootstrap);
        files.CreateDirectory(layout.StagedSnapshots, FileLabel.Bootstrap);
        using (var supply = database.World.SupplyFor(layout.StagedLog, database.SegmentBytes))
            SegmentedLog.Create(files, layout.StagedLog, supply, database.World.Entropy, manifest.History, manifest.Tail).Dispose();
        MakeData(files, Path.Combine(layout.StagedSnapshots, manifest.DataName));
        SnapshotWriter.WriteManifest(files, Path.Combine(layout.StagedSnapshots, manifest.FileName), manifest, FileLabel.Bootstrap);
        files.SyncDirectory(layout.StagedSnapshots, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
    }

    /// <summary>The manifest of the snapshot that is being fetched; null when there is none of use.</summary>
    public static SnapshotManifest? ReadManifest(IFileSystem files, DataLayout layout)
    {
        if (!files.DirectoryExists(layout.StagedSnapshots)) return null;
        var names = files.List(layout.StagedSnapshots).Where(name => SnapshotManifest.IsName(name, SnapshotManifest.Extension)).ToList();
        if (names is not [var only]) return null;
        try
        {
            var manifest = SnapshotReader.ReadManifest(files, Path.Combine(layout.StagedSnapshots, only));
            return manifest.FileName == only && files.FileExists(Path.Combine(layout.StagedSnapshots, manifest.DataName)) ? manifest : null;
        }
        catch (IOException unusable) when (unusable is SnapshotDamagedException or UnsupportedFormatException)
        {
            return null;
        }
    }

    /// <summary>The log behind the snapshot; null when it is not there whole, and then the bootstrap begins anew.</summary>
    public static LogLease? OpenLog(LocalDatabase database, SnapshotManifest manifest)
    {
        var (files, layout) = (database.World.Files, database.Layout);
        if (!files.DirectoryExists(layout.StagedLog) || LogRecovery.SegmentNames(files, layout.StagedLog).Count == 0) return null;
        var supply = database.World.SupplyFor(layout.StagedLog, database.SegmentBytes);
        try
        {
            var recovered = LogRecovery.Open(files, layout.StagedLog, layout.Lost, supply, database.World.Entropy);
            if (recovered.Log.History == manifest.History && recovered.Log.FirstIndex == manifest.Position.Index + 1 && recovered.Log.CrcOf(manifest.Position.Index) == manifest.Tail.Crc)
                return new LogLease(recovered.Log, recovered.Reigns.Aggregate(manifest.Epochs, (table, row) => table.With(row)));
            recovered.Log.Dispose();
            return null;
        }
        catch (IOException unusable) when (unusable is LogDamagedException or UnsupportedFormatException)
        {
            // Nothing of it was ever shown, and its upstream has it.
            supply.Dispose();
            return null;
        }
    }

    private static void MakeData(IFileSystem files, string path)
    {
        Span<byte> header = stackalloc byte[SnapshotFile.HeaderSize];
        SnapshotFile.WriteHeader(header, SnapshotFile.DataMagic, 0);
        using var data = files.Create(path, FileLabel.Bootstrap);
        // Chunks are looked at again when the bootstrap goes on, the header is not: with a manifest it has to be there.
        data.Write(header, 0, FileLabel.Bootstrap);
        data.Sync(FileLabel.Bootstrap);
    }
}
