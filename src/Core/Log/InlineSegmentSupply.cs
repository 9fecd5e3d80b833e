using System.Globalization;
using Replication.Core.IO;

namespace Replication.Core.Log;

/// <summary>Makes each segment file when it is asked for, on the asking thread.</summary>
public sealed class InlineSegmentSupply(IFileSystem files, string directory, int segmentBytes) : ISegmentSupply
{
    private int _count;

    /// <inheritdoc/>
    public void Prepare()
    {
        // Nothing ahead of need: a single thread gains nothing by it.
    }

    /// <inheritdoc/>
    public string Take(int bytes)
    {
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"next-{_count++}{SegmentFiller.TemporaryExtension}"));
        SegmentFiller.Fill(files, path, Math.Max(bytes, segmentBytes));
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing.
    }
}
