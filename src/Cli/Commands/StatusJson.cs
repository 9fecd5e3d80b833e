using System.Globalization;
using System.Text.Json;
using Replication.Cli.Output;
using Replication.Protos.V1;

namespace Replication.Cli.Commands;

/// <summary>The status of nodes in JSON; JSON.md has the fields.</summary>
internal static class StatusJson
{
    internal static void Write(Answer output, IReadOnlyList<NodeAnswer<NodeStatus>> answers) => output.Json(json =>
    {
        json.WriteStartArray("nodes");
        foreach (var answer in answers)
        {
            json.WriteStartObject();
            json.WriteString("server", ServerAddress.Show(answer.Server));
            json.WriteBoolean("reachable", !answer.IsUnreachable);
            if (answer.Failure is { } failure) json.WriteString("error", failure.Message);
            if (answer.Value is { } status) Node(json, status);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static void Node(Utf8JsonWriter json, NodeStatus status)
    {
        json.WriteString("nodeId", Id(status.NodeId));
        json.WriteString("name", status.NodeName);
        json.WriteString("role", status.Role);
        json.WriteString("state", status.State);
        json.WriteBoolean("ready", status.Ready);
        json.WriteString("notReadyReason", status.NotReadyReason);
        json.WriteString("history", status.HistoryId);
        json.WriteString("primary", status.Primary);
        json.WriteString("address", status.Address);
        json.WriteString("version", status.Version);
        json.WriteNumber("epoch", status.Durable?.Epoch ?? 0);
        json.WriteString("position", Text(status.Durable));
        json.WriteNumber("commitIndex", status.CommitIndex);
        json.WriteNumber("appliedIndex", status.AppliedIndex);
        json.WriteNumber("firstIndex", status.FirstIndex);
        json.WriteNumber("lastIndex", status.LastIndex);
        json.WriteNumber("logBytes", status.LogBytes);
        json.WriteNumber("records", status.Records);
        json.WriteNumber("collections", status.Collections);
        json.WriteNumber("memoryBytes", status.MemoryBytes);
        json.WriteNumber("memoryLimitBytes", status.MemoryLimitBytes);
        json.WriteNumber("openViews", status.OpenViews);
        json.WriteNumber("oldestViewMillis", status.OldestViewMillis);
        json.WriteString("digest", status.Digest);
        json.WriteNumber("uptimeMillis", status.UptimeMillis);
        Snapshots(json, status);
        Upstream(json, status.Upstream);
        Followers(json, status);
        Below(json, status);
        Counters(json, status.Counters ?? new Counters());
        Hold(json, status.Hold);
    }

    private static void Hold(Utf8JsonWriter json, HoldStatus? hold)
    {
        if (hold is null)
        {
            json.WriteNull("hold");
            return;
        }
        json.WriteStartObject("hold");
        json.WriteString("position", Text(hold.Position));
        json.WriteString("agreed", Text(hold.Agreed));
        json.WriteString("loggedDigest", hold.LoggedDigest);
        json.WriteString("ownDigest", hold.OwnDigest);
        json.WriteNumber("loggedRecords", hold.LoggedRecords);
        json.WriteNumber("ownRecords", hold.OwnRecords);
        json.WriteString("advice", hold.Advice);
        json.WriteEndObject();
    }

    private static void Snapshots(Utf8JsonWriter json, NodeStatus status)
    {
        json.WriteStartArray("snapshots");
        foreach (var snapshot in status.Snapshots)
        {
            json.WriteStartObject();
            json.WriteString("position", Text(snapshot.Position));
            json.WriteNumber("bytes", snapshot.Bytes);
            json.WriteNumber("records", snapshot.Records);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Upstream(Utf8JsonWriter json, UpstreamStatus? upstream)
    {
        if (upstream is null)
        {
            json.WriteNull("upstream");
            return;
        }
        json.WriteStartObject("upstream");
        json.WriteString("address", upstream.Address);
        json.WriteBoolean("connected", upstream.Connected);
        json.WriteNumber("lastContactMillis", upstream.LastContactMillis);
        json.WriteNumber("commitIndex", upstream.CommitIndex);
        WriteKnown(json, "lagEntries", upstream.HasLagEntries, upstream.LagEntries);
        WriteKnown(json, "ageMillis", upstream.AgeMillis < StatusTables.UnknownAge, upstream.AgeMillis);
        json.WriteString("lastError", upstream.LastError);
        json.WriteNumber("bootstrapBytes", upstream.BootstrapBytes);
        json.WriteNumber("bootstrapTotalBytes", upstream.BootstrapTotalBytes);
        WriteKnown(json, "bootstrapMillisLeft", upstream.HasBootstrapMillisLeft, upstream.BootstrapMillisLeft);
        WriteKnown(json, "lagBytes", upstream.HasLagBytes, upstream.LagBytes);
        json.WriteEndObject();
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, bool isKnown, ulong number)
    {
        if (isKnown) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static void Followers(Utf8JsonWriter json, NodeStatus status)
    {
        json.WriteStartArray("followers");
        foreach (var follower in status.Followers)
        {
            json.WriteStartObject();
            json.WriteString("nodeId", Id(follower.NodeId));
            json.WriteString("name", follower.NodeName);
            json.WriteString("address", follower.Address);
            json.WriteString("state", follower.State);
            json.WriteNumber("receivedIndex", follower.ReceivedIndex);
            json.WriteNumber("durableIndex", follower.DurableIndex);
            json.WriteNumber("appliedIndex", follower.AppliedIndex);
            json.WriteNumber("lagEntries", follower.LagEntries);
            json.WriteNumber("lagBytes", follower.LagBytes);
            json.WriteNumber("lastContactMillis", follower.LastContactMillis);
            WriteKnown(json, "bytesUntilDropped", follower.HasBytesUntilDropped, follower.BytesUntilDropped);
            WriteKnown(json, "millisUntilDropped", follower.HasMillisUntilDropped, follower.MillisUntilDropped);
            json.WriteNumber("bootstrapBytes", follower.BootstrapBytes);
            json.WriteNumber("bootstrapTotalBytes", follower.BootstrapTotalBytes);
            WriteKnown(json, "bootstrapMillisLeft", follower.HasBootstrapMillisLeft, follower.BootstrapMillisLeft);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Below(Utf8JsonWriter json, NodeStatus status)
    {
        json.WriteStartArray("below");
        foreach (var node in status.Below)
        {
            json.WriteStartObject();
            json.WriteString("nodeId", Id(node.NodeId));
            json.WriteString("name", node.NodeName);
            json.WriteString("address", node.Address);
            json.WriteString("state", node.State);
            json.WriteString("viaNodeId", Id(node.ViaNodeId));
            json.WriteString("via", node.Via);
            json.WriteNumber("durableIndex", node.DurableIndex);
            json.WriteNumber("appliedIndex", node.AppliedIndex);
            json.WriteNumber("lagEntries", node.LagEntries);
            json.WriteNumber("lagBytes", node.LagBytes);
            json.WriteNumber("lastContactMillis", node.LastContactMillis);
            WriteKnown(json, "bytesUntilDropped", node.HasBytesUntilDropped, node.BytesUntilDropped);
            WriteKnown(json, "millisUntilDropped", node.HasMillisUntilDropped, node.MillisUntilDropped);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Counters(Utf8JsonWriter json, Counters counters)
    {
        json.WriteStartObject("counters");
        json.WriteNumber("commits", counters.Commits);
        json.WriteNumber("rejections", counters.Rejections);
        json.WriteNumber("logSyncs", counters.LogSyncs);
        json.WriteNumber("snapshotsWritten", counters.SnapshotsWritten);
        json.WriteNumber("snapshotsServed", counters.SnapshotsServed);
        json.WriteNumber("snapshotsInstalled", counters.SnapshotsInstalled);
        json.WriteNumber("sessionsResumed", counters.SessionsResumed);
        json.WriteNumber("entriesApplied", counters.EntriesApplied);
        json.WriteNumber("memoryReplaced", counters.MemoryReplaced);
        json.WriteEndObject();
    }

    private static string Id(ulong id) => id.ToString("x16", CultureInfo.InvariantCulture);

    private static string Text(Position? position) =>
        string.Create(CultureInfo.InvariantCulture, $"{position?.Epoch ?? 0}/{position?.Index ?? 0}");
}
