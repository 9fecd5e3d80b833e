using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Kit.Checks;

namespace Replication.ProcessKit;

/// <summary>The log of a node that does not run, read from a copy, because opening a log may repair it.</summary>
public static class LogFolder
{
    /// <summary>The whole history that a node's log tells.</summary>
    /// <param name="data">Its data directory; the log in it begins with the first entry.</param>
    public static History ReadHistory(string data)
    {
        var history = new History();
        var copy = Directory.CreateTempSubdirectory("replication-log-").FullName;
        try
        {
            var log = Path.Combine(copy, "log");
            Directory.CreateDirectory(log);
            foreach (var file in Directory.GetFiles(Path.Combine(data, "log"))) File.Copy(file, Path.Combine(log, Path.GetFileName(file)));
            var files = new PhysicalFileSystem();
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
