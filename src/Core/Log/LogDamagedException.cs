namespace Replication.Core.Log;

/// <summary>
/// Entries that had been synced are not on the disk as they were written. The node refuses to write and has changed
/// nothing. Repair it from another node (remove the data directory and start it as a replica) or from a backup.
/// </summary>
public sealed class LogDamagedException : IOException
{
    /// <summary>Makes the error.</summary>
    /// <param name="file">Where the damage is.</param>
    /// <param name="offset">Byte offset of the first thing that is not as it was written.</param>
    /// <param name="index">Index of the entry expected there; 0 when it is the file's header.</param>
    /// <param name="what">One clause.</param>
    public LogDamagedException(string file, long offset, long index, string what)
        : base($"Damage in {file} at offset {offset}, entry {index}: {what}. Nothing was changed. " +
               "Start this node from an empty directory as a replica of a healthy node, or restore a backup.")
    {
        File = file;
        Offset = offset;
        Index = index;
    }

    /// <summary>Path of the damaged file.</summary>
    public string File { get; }

    /// <summary>Byte offset in it.</summary>
    public long Offset { get; }

    /// <summary>Index of the entry expected there.</summary>
    public long Index { get; }
}
