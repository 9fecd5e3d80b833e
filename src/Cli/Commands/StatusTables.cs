using System.Globalization;
using Replication.Cli.Output;
using Replication.Protos.V1;

namespace Replication.Cli.Commands;

/// <summary>The status of nodes as tables: one row a node, and below, one row a follower and one a node that follows it.</summary>
internal static class StatusTables
{
    /// <summary>An age in milliseconds from here on says that it is not known: see cluster.proto.</summary>
    internal const ulong UnknownAge = uint.MaxValue;

    private const string None = "-";
    private const string Unknown = "unknown";

    internal static void Write(Answer output, IReadOnlyList<NodeAnswer<NodeStatus>> answers)
    {
        var nodes = new TableView("Nodes", "SERVER", "NODE", "ROLE", "STATE", "EPOCH", "POSITION", "LAG", "AGE", "RECORDS", "DIGEST", "CONTACT");
        foreach (var answer in answers) nodes.Row(answer.Value is { } status ? Cells(answer.Server, status) : Silent(answer));
        output.Table(nodes);

        var followers = new TableView("Followers", "OF", "VIA", "NODE", "ADDRESS", "STATE", "RECEIVED", "DURABLE", "APPLIED", "LAG", "LAG BYTES", "CONTACT", "DROPPED IN");
        foreach (var answer in answers)
        {
            foreach (var follower in answer.Value?.Followers ?? []) followers.Row(Cells(answer.Value!, follower));
            foreach (var node in answer.Value?.Below ?? []) followers.Row(Cells(answer.Value!, node));
        }
        if (followers.IsEmpty) return;
        output.Line(string.Empty);
        output.Table(followers);
    }

    private static string[] Cells(Uri server, NodeStatus status) =>
    [
        ServerAddress.Show(server), status.NodeName, status.Role,
        status.State + Bootstrap(status.Upstream?.BootstrapBytes ?? 0, status.Upstream?.BootstrapTotalBytes ?? 0, status.Upstream?.HasBootstrapMillisLeft == true ? status.Upstream.BootstrapMillisLeft : null),
        Number(status.Durable?.Epoch ?? 0), PositionOf(status.Durable),
        status.Upstream is null ? None : status.Upstream.HasLagEntries ? Number(status.Upstream.LagEntries) : Unknown,
        status.Upstream is null ? None : status.Upstream.AgeMillis < UnknownAge ? Units.Millis(status.Upstream.AgeMillis) : Unknown,
        Number(status.Records), status.Digest.Length == 0 ? None : status.Digest[..Math.Min(12, status.Digest.Length)],
        status.Upstream is null ? None : Units.Millis(status.Upstream.LastContactMillis),
    ];

    // Like " 45 % of 312.0 MB, 3.2 s left".
    private static string Bootstrap(ulong bytes, ulong total, ulong? millisLeft) => total == 0
        ? string.Empty
        : string.Create(CultureInfo.InvariantCulture, $" {100.0 * bytes / total:0} % of {Units.Bytes(total)}{(millisLeft is { } left ? $", {Units.Millis(left)} left" : string.Empty)}");

    private static string[] Silent(NodeAnswer<NodeStatus> answer) =>
        [ServerAddress.Show(answer.Server), None, None, answer.IsUnreachable ? "unreachable" : "refused", None, None, None, None, None, None, None];

    private static string[] Cells(NodeStatus upstream, FollowerStatus follower) =>
    [
        upstream.NodeName, None, follower.NodeName, follower.Address.Length == 0 ? None : follower.Address,
        follower.State + Bootstrap(follower.BootstrapBytes, follower.BootstrapTotalBytes, follower.HasBootstrapMillisLeft ? follower.BootstrapMillisLeft : null),
        Number(follower.ReceivedIndex), Number(follower.DurableIndex), Number(follower.AppliedIndex),
        Number(follower.LagEntries), Units.Bytes(follower.LagBytes), Units.Millis(follower.LastContactMillis),
        follower.HasBytesUntilDropped ? Units.Bytes(follower.BytesUntilDropped) : None,
    ];

    private static string[] Cells(NodeStatus top, DownstreamStatus node) =>
    [
        top.NodeName, node.Via, node.NodeName, node.Address.Length == 0 ? None : node.Address, node.State,
        None, Number(node.DurableIndex), Number(node.AppliedIndex),
        Number(node.LagEntries), Units.Bytes(node.LagBytes), Units.Millis(node.LastContactMillis),
        node.HasBytesUntilDropped ? Units.Bytes(node.BytesUntilDropped) : None,
    ];

    private static string PositionOf(Position? position) =>
        position is null ? None : string.Create(CultureInfo.InvariantCulture, $"{position.Epoch}/{position.Index}");

    private static string Number(ulong number) => Answer.Number(number);
}
