using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Cli.LogFiles;

/// <summary>Where the segments of a log are, from what a person points at.</summary>
internal static class LogLocation
{
    private const string LogFolder = "log";

    /// <summary>The log directory in a data directory, or the directory itself when it holds segments.</summary>
    internal static string Find(IFileSystem files, string directory)
    {
        if (!files.DirectoryExists(directory)) throw CommandException.Usage($"There is no directory {directory}. Name a node's data directory, or its log directory.");
        var inside = Path.Combine(directory, LogFolder);
        if (files.DirectoryExists(inside) && LogRecovery.SegmentNames(files, inside).Count > 0) return inside;
        if (LogRecovery.SegmentNames(files, directory).Count > 0) return directory;
        throw CommandException.Negative($"There is no log in {directory}. Name a node's data directory, or its log directory.");
    }
}
