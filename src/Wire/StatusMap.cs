using Replication.Core.Positions;
using NodeStatus = Replication.Core.Following.NodeStatus;
using Proto = Replication.Protos.V1;
using SnapshotStatus = Replication.Core.Following.SnapshotStatus;
using UpstreamFacts = Replication.Core.Following.UpstreamFacts;

namespace Replication.Wire;

/// <summary>A node's status in messages.</summary>
public static class StatusMap
{
    /// <summary>As a message.</summary>
    public static Proto.NodeStatus ToMessage(this NodeStatus status)
    {
        var message = new Proto.NodeStatus
        {
            NodeId = status.NodeId,
            NodeName = status.NodeName,
            Role = status.Role,
            State = status.State,
            HistoryId = status.History == HistoryId.None ? string.Empty : status.History.ToString(),
            Primary = status.Primary,
            Address = status.Address,
            Version = status.Version,
            Durable = status.Durable.ToMessage(),
            CommitIndex = (ulong)status.CommitIndex,
            AppliedIndex = (ulong)status.AppliedIndex,
            FirstIndex = (ulong)status.FirstIndex,
            LastIndex = (ulong)status.Durable.Index,
            LogBytes = (ulong)status.LogBytes,
            Records = (ulong)status.Records,
            Collections = (uint)status.Collections,
            MemoryBytes = (ulong)status.MemoryBytes,
            MemoryLimitBytes = (ulong)status.MemoryLimitBytes,
            OpenViews = (uint)status.OpenViews,
            OldestViewMillis = (ulong)status.OldestViewMillis,
            Digest = status.Digest,
            UptimeMillis = (ulong)status.UptimeMillis,
            Ready = status.NotReadyReason is null,
            NotReadyReason = status.NotReadyReason ?? string.Empty,
            Counters = new Proto.Counters
            {
                Commits = (ulong)status.Counters.Commits,
                Rejections = (ulong)status.Counters.Rejections,
                LogSyncs = (ulong)status.Counters.LogSyncs,
                SnapshotsWritten = (ulong)status.Counters.SnapshotsWritten,
                SnapshotsServed = (ulong)status.Counters.SnapshotsServed,
                SnapshotsInstalled = (ulong)status.Counters.SnapshotsInstalled,
                SessionsResumed = (ulong)status.Counters.SessionsResumed,
                EntriesApplied = (ulong)status.Counters.EntriesApplied,
                MemoryReplaced = (ulong)status.Counters.MemoryReplaced,
            },
        };
        if (status.Hold is { } hold) message.Hold = hold.ToMessage();
        message.Snapshots.AddRange(status.Snapshots.Select(ToMessage));
        message.Followers.AddRange(status.Followers.Select(ToMessage));
        message.Below.AddRange(status.Below.Select(ToMessage));
        if (status.Upstream is { } upstream)
        {
            message.Upstream = new Proto.UpstreamStatus
            {
                Address = upstream.Address,
                Connected = upstream.Connected,
                LastContactMillis = (ulong)upstream.LastContactMillis,
                CommitIndex = (ulong)upstream.CommitIndex,
                AgeMillis = (ulong)(upstream.AgeMillis ?? (long)UpstreamFacts.UnknownAge.TotalMilliseconds),
                LastError = upstream.LastError,
                BootstrapBytes = (ulong)upstream.BootstrapBytes,
                BootstrapTotalBytes = (ulong)upstream.BootstrapTotalBytes,
            };
            if (upstream.LagEntries is { } entries) message.Upstream.LagEntries = (ulong)entries;
            if (upstream.LagBytes is { } bytes) message.Upstream.LagBytes = (ulong)bytes;
            if (upstream.BootstrapMillisLeft is { } left) message.Upstream.BootstrapMillisLeft = (ulong)left;
        }
        return message;
    }

    private static Proto.HoldStatus ToMessage(this Core.Following.HoldStatus hold) => new()
    {
        Position = hold.Position.ToMessage(),
        Agreed = hold.Agreed.ToMessage(),
        LoggedDigest = hold.LoggedDigest,
        OwnDigest = hold.OwnDigest,
        LoggedRecords = (ulong)hold.LoggedRecords,
        OwnRecords = (ulong)hold.OwnRecords,
        Advice = hold.Advice,
    };

    private static Proto.FollowerStatus ToMessage(Core.Following.FollowerStatus follower)
    {
        var message = new Proto.FollowerStatus
        {
            NodeId = follower.NodeId,
            NodeName = follower.NodeName,
            Address = follower.Address,
            State = follower.State.ToString(),
            ReceivedIndex = (ulong)follower.Received,
            DurableIndex = (ulong)follower.Durable,
            AppliedIndex = (ulong)follower.Applied,
            LagEntries = (ulong)follower.LagEntries,
            LagBytes = (ulong)follower.LagBytes,
            LastContactMillis = (ulong)follower.LastContactMillis,
            BootstrapBytes = (ulong)follower.BootstrapBytes,
            BootstrapTotalBytes = (ulong)follower.BootstrapTotalBytes,
        };
        if (follower.BootstrapMillisLeft is { } left) message.BootstrapMillisLeft = (ulong)left;
        if (follower.BytesUntilDropped is { } bytes) message.BytesUntilDropped = (ulong)bytes;
        if (follower.MillisUntilDropped is { } millis) message.MillisUntilDropped = (ulong)millis;
        return message;
    }

    private static Proto.DownstreamStatus ToMessage(Core.Following.DownstreamStatus node)
    {
        var message = new Proto.DownstreamStatus
        {
            NodeId = node.NodeId,
            NodeName = node.NodeName,
            Address = node.Address,
            State = node.State.ToString(),
            ViaNodeId = node.ViaNodeId,
            Via = node.Via,
            DurableIndex = (ulong)node.Durable,
            AppliedIndex = (ulong)node.Applied,
            LagEntries = (ulong)node.LagEntries,
            LagBytes = (ulong)node.LagBytes,
            LastContactMillis = (ulong)node.LastContactMillis,
        };
        if (node.BytesUntilDropped is { } bytes) message.BytesUntilDropped = (ulong)bytes;
        if (node.MillisUntilDropped is { } millis) message.MillisUntilDropped = (ulong)millis;
        return message;
    }

    /// <summary>A snapshot as a message.</summary>
    public static Proto.SnapshotStatus ToMessage(this SnapshotStatus snapshot) => new()
    {
        Position = snapshot.Position.ToMessage(),
        Bytes = (ulong)snapshot.Bytes,
        Records = (ulong)snapshot.Records,
    };
}
