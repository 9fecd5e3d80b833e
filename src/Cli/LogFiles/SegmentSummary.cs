using Replication.Core.IO;
using Replication.Core.Log;

namespace Replication.Cli.LogFiles;

/// <summary>A segment file.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Header">Its header; null when that is damaged.</param>
/// <param name="Bytes">Of the file, prepared space included.</param>
internal sealed record SegmentSummary(string Name, SegmentHeader? Header, long Bytes)
{
    internal static IReadOnlyList<SegmentSummary> All(IFileSystem files, string directory) =>
        [.. LogRecovery.SegmentNames(files, directory).Select(name => Of(files, directory, name))];

    private static SegmentSummary Of(IFileSystem files, string directory, string name)
    {
        var path = Path.Combine(directory, name);
        using var file = files.OpenRead(path, FileLabel.LogRead);
        var bytes = new byte[SegmentHeader.Size];
        try
        {
            return new SegmentSummary(name, SegmentHeader.Read(bytes.AsSpan(0, file.Read(bytes, 0, FileLabel.LogRead)), path), file.Length);
        }
        catch (LogDamagedException)
        {
            return new SegmentSummary(name, null, file.Length); // The verdict names the damage.
        }
    }
}
