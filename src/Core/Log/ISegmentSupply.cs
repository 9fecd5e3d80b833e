namespace Replication.Core.Log;

/// <summary>Makes the files that become segments: filled with zeros and synced, so that appends overwrite allocated blocks.</summary>
public interface ISegmentSupply : IDisposable
{
    /// <summary>Says that a file of the usual size will be needed soon. Returns at once.</summary>
    void Prepare();

    /// <summary>The path of a file of at least so many bytes, all zero and synced; its name is not final. Waits for it.</summary>
    string Take(int bytes);
}
