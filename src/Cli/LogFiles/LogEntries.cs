using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Cli.LogFiles;

/// <summary>Goes through the entries of a log on disk, in order, over the boundaries of segments.</summary>
internal static class LogEntries
{
    /// <summary>The frames from one index to another, both inclusive; each is valid until the next is asked for.</summary>
    /// <exception cref="LogDamagedException">An entry before the last one is not there.</exception>
    internal static IEnumerable<ReadOnlyMemory<byte>> Read(IFileSystem files, string directory, long first, long last)
    {
        var segments = SegmentSummary.All(files, directory);
        var next = Math.Max(first, segments[0].Header?.FirstIndex ?? 1);
        for (var i = 0; i < segments.Count && next <= last; i++)
        {
            if (i + 1 < segments.Count && segments[i + 1].Header is { } later && later.FirstIndex <= next) continue;
            if (segments[i].Header is not { } header) break;
            using var file = files.OpenRead(Path.Combine(directory, segments[i].Name), FileLabel.LogRead);
            var frames = new SegmentFrames(file, header);
            while (next <= last && frames.Next() is { IsEmpty: false } frame)
            {
                var index = FrameHeader.Read(frame.Span).Index;
                if (index < next) continue;
                if (index > next) throw new LogDamagedException(file.Path, 0, next, $"entry {index} stands there");
                next++;
                yield return frame;
            }
        }
        if (next <= last) throw new LogDamagedException(directory, 0, next, "the segments end before it, or changed while they were read");
    }
}
