using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Core.Database;

/// <summary>
/// Puts a fetched snapshot and a fresh log in the place of the old ones. Everything is staged first; a marker makes it
/// binding; each step behind the marker asks what is there, so that a start after a crash just does the rest.
/// </summary>
internal static class SnapshotInstaller
{
    private static ReadOnlySpan<byte> KeepOldLog => "replication-install 1\nkeep-old-log\n"u8;

    private static ReadOnlySpan<byte> DropOldLog => "replication-install 1\ndrop-old-log\n"u8;

    /// <summary>Stages the snapshot and an empty log behind it, and writes the marker.</summary>
    public static void Stage(LocalDatabase database, BootstrapFolder bootstrap, bool keepOldLog, int segmentBytes)
    {
        var (files, layout) = (database.Environment.Files, database.Layout);
        files.DeleteDirectory(layout.StagedLog, FileLabel.Bootstrap);
        files.CreateDirectory(layout.StagedLog, FileLabel.Bootstrap);
        using (var supply = new InlineSegmentSupply(files, layout.StagedLog, segmentBytes))
            SegmentedLog.Create(files, layout.StagedLog, supply, database.Environment.Entropy, bootstrap.Manifest.History, bootstrap.Manifest.Tail).Dispose();
        files.DeleteDirectory(layout.StagedSnapshots, FileLabel.Bootstrap);
        files.CreateDirectory(layout.StagedSnapshots, FileLabel.Bootstrap);
        bootstrap.MoveTo(layout.StagedSnapshots);
        files.SyncDirectory(layout.StagedSnapshots, FileLabel.Bootstrap);
        using (var marker = files.Create(layout.InstallMarker, FileLabel.Bootstrap))
        {
            marker.Write(keepOldLog ? KeepOldLog : DropOldLog, 0, FileLabel.Bootstrap);
            marker.Sync(FileLabel.Bootstrap);
        }
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
    }

    /// <summary>Does what is left of an installation; nothing when there is no marker.</summary>
    public static void Finish(IFileSystem files, DataLayout layout)
    {
        if (!files.FileExists(layout.InstallMarker)) return;
        Replace(files, layout.StagedLog, layout.Log, layout.ReplacedLog);
        Replace(files, layout.StagedSnapshots, layout.Snapshots, layout.ReplacedSnapshots);
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
        if (files.DirectoryExists(layout.ReplacedLog) && KeepsOldLog(files, layout)) SaveOldLog(files, layout);
        files.Delete(layout.InstallMarker, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        files.DeleteDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
    }

    private static void Replace(IFileSystem files, string staged, string place, string replaced)
    {
        if (!files.DirectoryExists(staged)) return;
        if (files.DirectoryExists(place)) files.Rename(place, replaced, FileLabel.Bootstrap);
        files.Rename(staged, place, FileLabel.Bootstrap);
    }

    private static bool KeepsOldLog(IFileSystem files, DataLayout layout)
    {
        using var marker = files.OpenRead(layout.InstallMarker, FileLabel.Bootstrap);
        var bytes = new byte[KeepOldLog.Length];
        return marker.Read(bytes, 0, FileLabel.Bootstrap) == bytes.Length && KeepOldLog.SequenceEqual(bytes);
    }

    private static void SaveOldLog(IFileSystem files, DataLayout layout)
    {
        files.CreateDirectory(layout.Lost, FileLabel.Bootstrap);
        var number = files.List(layout.Lost).Count + 1;
        files.Rename(layout.ReplacedLog, Path.Combine(layout.Lost, $"log-{number:D4}"), FileLabel.Bootstrap);
        files.SyncDirectory(layout.Lost, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
    }
}
