namespace Replication.Core.Database;

/// <summary>Where things are in a data directory. docs/LOG_FORMAT.md lists them for readers.</summary>
public sealed record DataLayout(string Root)
{
    /// <summary>Locked while a process uses the directory.</summary>
    public string Lock => Path.Combine(Root, "lock");

    /// <summary>Node id, start counter, promise, history.</summary>
    public string Identity => Path.Combine(Root, "identity");

    /// <summary>A file as long as <see cref="Identity"/>, over which the next one is written.</summary>
    public string SpareIdentity => Path.Combine(Root, "identity.spare");

    /// <summary>The replicas for which log is kept.</summary>
    public string Followers => Path.Combine(Root, "followers");

    /// <summary>The segments.</summary>
    public string Log => Path.Combine(Root, "log");

    /// <summary>Manifests and their data files.</summary>
    public string Snapshots => Path.Combine(Root, "snapshots");

    /// <summary>What was cut off or replaced, for people to look at. Nothing here is ever read by a node.</summary>
    public string Lost => Path.Combine(Root, "lost");

    /// <summary>A snapshot being fetched or installed.</summary>
    public string Bootstrap => Path.Combine(Root, "bootstrap");

    /// <summary>Says that everything in <see cref="Bootstrap"/> is complete and takes the place of log and snapshots.</summary>
    public string InstallMarker => Path.Combine(Bootstrap, "install");

    /// <summary>The log that streams in behind a snapshot that is being fetched, before it takes its place.</summary>
    public string StagedLog => Path.Combine(Bootstrap, "log");

    /// <summary>A snapshot that is being fetched, before it takes its place.</summary>
    public string StagedSnapshots => Path.Combine(Bootstrap, "snapshots");

    /// <summary>The log that was replaced.</summary>
    public string ReplacedLog => Path.Combine(Bootstrap, "old-log");

    /// <summary>The snapshots that were replaced.</summary>
    public string ReplacedSnapshots => Path.Combine(Bootstrap, "old-snapshots");
}
