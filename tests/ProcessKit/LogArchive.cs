using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Kit.Checks;

namespace Replication.ProcessKit;

/// <summary>Keeps copies of what a node removes of its log, so that the whole history can be read afterwards.</summary>
/// <param name="data">The node's data directory.</param>
/// <param name="folder">For the copies.</param>
public sealed class LogArchive(string data, string folder)
{
    private readonly string _log = Path.Combine(data, "log");

    public string Folder => folder;

    /// <summary>Copies every segment that is complete now. Called before each snapshot: only what is older than one is removed.</summary>
    public void Keep()
    {
        if (!Directory.Exists(_log)) return;
        Directory.CreateDirectory(folder);
        foreach (var name in LogRecovery.SegmentNames(new PhysicalFileSystem(), _log).SkipLast(1))
        {
            var kept = Path.Combine(folder, name);
            if (File.Exists(kept)) continue;
            File.Copy(Path.Combine(_log, name), kept + ".new", overwrite: true);
            File.Move(kept + ".new", kept);
        }
    }

    /// <summary>The whole history; the node does not run any more.</summary>
    public History ReadHistory() => LogFolder.ReadHistory(_log, folder);
}
