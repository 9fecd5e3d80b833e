using System.Globalization;
using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Core.Bootstrapping;

/// <summary>
/// Puts a fetched snapshot and the log behind it in the place of the old ones. A marker makes it binding; each step behind
/// the marker asks what is there, so that a start after a crash just does the rest.
/// </summary>
internal static class Installation
{
    private static ReadOnlySpan<byte> KeepOldLog => "replication-install 1\nkeep-old-log\n"u8;

    private static ReadOnlySpan<byte> DropOldLog => "replication-install 1\ndrop-old-log\n"u8;

    /// <summary>Whether a node's own log has entries that a bootstrap's is not known to have, so that it is kept aside.</summary>
    public static bool KeepsOldLog(LogLease? own, Bootstrap bootstrap)
    {
        if (own is not { } old || old.Log.Durable.Index < old.Log.FirstIndex) return false;
        var (oldEnd, newEnd) = (old.Log.Durable.Index, bootstrap.Log.Log.Durable.Index);
        return bootstrap.Log.Epochs.UpTo(newEnd).ForkFrom(old.Epochs.UpTo(oldEnd), newEnd, oldEnd).Index < oldEnd;
    }

    /// <summary>Writes the marker under another name. Nothing is decided yet: a failure leaves everything as it was.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="layout">Holds a complete bootstrap whose data and log are durable.</param>
    /// <param name="keepOldLog">Whether the replaced log goes to the lost folder instead of away.</param>
    public static void Stage(IFileSystem files, DataLayout layout, bool keepOldLog)
    {
        var path = StagedMarker(layout);
        if (files.FileExists(path)) files.Delete(path, FileLabel.Bootstrap);
        using (var marker = files.Create(path, FileLabel.Bootstrap))
        {
            marker.Write(keepOldLog ? KeepOldLog : DropOldLog, 0, FileLabel.Bootstrap);
            marker.Sync(FileLabel.Bootstrap);
        }
        // An earlier run of the process may have made these and died before it could.
        files.SyncDirectory(layout.StagedSnapshots, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
    }

    /// <summary>Gives the marker its name. It is whole and everything that it stands for is durable: the name is the decision.</summary>
    public static void Decide(IFileSystem files, DataLayout layout)
    {
        files.Rename(StagedMarker(layout), layout.InstallMarker, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
    }

    /// <summary>Does what is left of an installation; nothing when there is no marker.</summary>
    public static void Finish(IFileSystem files, DataLayout layout)
    {
        if (!files.FileExists(layout.InstallMarker)) return;
        // Its name may be only in the page cache, and what follows must not be found without it.
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        Replace(files, layout, layout.StagedLog, layout.Log, layout.ReplacedLog);
        Replace(files, layout, layout.StagedSnapshots, layout.Snapshots, layout.ReplacedSnapshots);
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
        if (files.DirectoryExists(layout.ReplacedLog) && KeepsOldLog(files, layout)) SaveOldLog(files, layout);
        files.Delete(layout.InstallMarker, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        files.DeleteDirectory(layout.Bootstrap, FileLabel.Bootstrap);
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
    }

    private static string StagedMarker(DataLayout layout) => layout.InstallMarker + SegmentFiller.TemporaryExtension;

    private static void Replace(IFileSystem files, DataLayout layout, string staged, string place, string replaced)
    {
        if (!files.DirectoryExists(staged)) return;
        if (files.DirectoryExists(place)) files.Rename(place, replaced, FileLabel.Bootstrap);
        // A disk that kept only the second rename would have lost the old directory, or mixed the two.
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
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
        files.SyncDirectory(layout.Root, FileLabel.Bootstrap);
        files.Rename(layout.ReplacedLog, FreeName(files, layout.Lost), FileLabel.Bootstrap);
        files.SyncDirectory(layout.Lost, FileLabel.Bootstrap);
    }

    // Not counted: somebody may have taken older ones away.
    private static string FreeName(IFileSystem files, string lost)
    {
        for (var number = 1; ; number++)
        {
            var path = Path.Combine(lost, string.Create(CultureInfo.InvariantCulture, $"log-{number:D4}"));
            if (!files.DirectoryExists(path) && !files.FileExists(path)) return path;
        }
    }
}
