using Replication.Core.Positions;

namespace Replication.Core.Records;

/// <summary>An entry cannot be applied. It is never skipped: the node stops serving and says so.</summary>
public class ApplyException(LogPosition position, string what)
    : Exception($"Entry {position} cannot be applied: {what}. This node stops here; nothing behind the entry is shown.")
{
    /// <summary>The entry.</summary>
    public LogPosition Position => position;
}
