namespace Replication.Core.Snapshots;

/// <summary>A snapshot is not as it was written. An older one and the log take its place; without them the node refuses to start.</summary>
public sealed class SnapshotDamagedException(string file, string what) : IOException($"Snapshot {file} is damaged: {what}.")
{
    /// <summary>The damaged file.</summary>
    public string File => file;
}
