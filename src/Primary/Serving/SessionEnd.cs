using Replication.Protos.V1;

namespace Replication.Primary.Serving;

/// <summary>Why a session is ended from this side, and what the replica is told.</summary>
internal sealed record SessionEnd(Ending.Types.Reason Reason, string Message)
{
    public static SessionEnd ShuttingDown { get; } = new(Ending.Types.Reason.ShuttingDown, "This node is stopping. Connect again when it is back.");

    public static SessionEnd Replaced { get; } = new(Ending.Types.Reason.Replaced, "A newer session of the same node took over.");

    public static SessionEnd Cloned { get; } = new(
        Ending.Types.Reason.Replaced, "Two processes claim to be this node: a data directory was copied. Start the copy from an empty directory.");

    public static SessionEnd LogReplaced { get; } = new(Ending.Types.Reason.RoleLost, "This node's log was replaced by a bootstrap. Connect again.");

    public static SessionEnd Silent { get; } = new(Ending.Types.Reason.FellBehind, "Nothing was acknowledged for too long. Connect again.");

    public static SessionEnd Unreadable { get; } = new(Ending.Types.Reason.FellBehind, "The next entries are damaged in this node's log. Connect again to begin from a snapshot.");

    public static SessionEnd FellBehind { get; } = new(Ending.Types.Reason.FellBehind, "The next entries are no longer in this node's log. Connect again to begin from a snapshot.");
}
