using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Kit.Checks;

namespace Replication.ProcessKit;

/// <summary>The log of a node that does not run, read from a copy, because opening a log may repair it.</summary>
public static class LogFolder
{
    /// <summary>The whole history that a log tells.</summary>
    /// <param name="folder">Holds its segments.</param>
    /// <param name="archive">Holds those that the node has removed; may be null when it has not removed any.</param>
    public static History ReadHistory(string folder, string? archive = null)
    {
        var history = new History();
        var copy = Directory.CreateTempSubdirectory("replication-log-").FullName;
        try
        {
            var log = Path.Combine(copy, "log");
            Directory.CreateDirectory(log);
            foreach (var file in Directory.GetFiles(folder)) File.Copy(file, Path.Combine(log, Path.GetFileName(file)));
            var files = new PhysicalFileSystem();
            var oldest = LogRecovery.SegmentNames(files, log)[0];
            // Only what is older: what is missing in between would be the log's loss.
            if (Directory.Exists(archive))
                foreach (var name in LogRecovery.SegmentNames(files, archive).Where(name => string.CompareOrdinal(name, oldest) < 0))
                    File.Copy(Path.Combine(archive, name), Path.Combine(log, name));
            using var opened = LogRecovery.Open(files, log, Path.Combine(copy, "lost"), new InlineSegmentSupply(files, log, 1024 * 1024), new SystemEntropy()).Log;
            history.Load(opened);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
        return history;
    }
}
