using Replication.Core.Log;

namespace Replication.Core.Database;

/// <summary>Which data directory, and how it is used.</summary>
/// <param name="Directory">The data directory.</param>
public sealed record DatabaseOptions(string Directory)
{
    /// <summary>How the log uses the disk.</summary>
    public LogOptions Log { get; init; } = LogOptions.Default;

    /// <summary>
    /// Allows a new database in a directory that exists and is empty. Without it such a directory is refused: it may be
    /// a mount that is missing.
    /// </summary>
    public bool Init { get; init; }
}
