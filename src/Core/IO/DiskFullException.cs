namespace Replication.Core.IO;

/// <summary>The disk has no room for a new segment. Nothing was written to the log; it goes on as soon as there is room.</summary>
public sealed class DiskFullException : IOException
{
    private const int NoSpace = 28; // ENOSPC on Linux
    private const int OverQuota = 122; // EDQUOT on Linux

    /// <summary>Makes the error.</summary>
    /// <param name="directory">On the disk that is full.</param>
    /// <param name="bytes">That were wanted.</param>
    /// <param name="cause">What the file system said; null when it was asked before.</param>
    public DiskFullException(string directory, long bytes, IOException? cause = null)
        : base($"There is no room for {bytes} bytes in {directory}. Free some space; nothing was written, and writing goes on by itself then.", cause)
    {
    }

    /// <summary>Whether an error of a file system says that there is no room.</summary>
    public static bool IsToldBy(IOException failure) => failure is DiskFullException || failure.HResult is NoSpace or OverQuota;
}
