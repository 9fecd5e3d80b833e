using System.Collections.Immutable;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Following.Retention;
using Replication.Core.IO;
using Replication.Core.Snapshots;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>What a node does for those who follow it: the follow sessions and the chunks of snapshots.</summary>
internal sealed class SimulatedServing
{
    public const string FollowService = "follow";
    public const string SnapshotService = "snapshot";

    private readonly HashSet<ServedSession> _sessions = [];

    public SimulatedServing(SimulatedCluster cluster, NodeProcess process)
    {
        Cluster = cluster;
        Process = process;
        Table.Restore(process.Database.ReadFollowers(), cluster.Events.Now, (long)cluster.Events.Now.TotalMicroseconds);
        cluster.Network.Listen(process.Name, FollowService, endpoint => process.Run(() => _sessions.Add(new ServedSession(this, endpoint))));
        cluster.Network.Listen(process.Name, SnapshotService, endpoint => process.Run(() => ServedSnapshot.Take(this, endpoint)));
    }

    public SimulatedCluster Cluster { get; }

    public NodeProcess Process { get; }

    public LocalDatabase Database => Process.Database;

    public FollowerTable<ServedSession> Table { get; } = new();

    /// <summary>There may be something to send.</summary>
    public void LogMoved()
    {
        foreach (var session in _sessions.ToArray()) session.Pump();
    }

    /// <summary>This node's log is replaced: whoever reads from it has to come again.</summary>
    public void EndSessions()
    {
        foreach (var session in _sessions.ToArray()) session.End("the log is replaced");
    }

    public void Forget(ServedSession session) => _sessions.Remove(session);

    /// <summary>What the followers of this node need.</summary>
    public FollowerNeeds Needs() => Database.Log is { } lease ? Table.Needs(lease.Log.Durable.Index, lease.Log.BytesBehindOrAll, Limits, Cluster.Events.Now) : FollowerNeeds.Unknown;

    /// <summary>Everybody who gets data from this node.</summary>
    public ImmutableArray<DownstreamNode> Below() => DownstreamTree.Of(Database.Identity.NodeId, Table.Followers, Cluster.Events.Now);

    /// <summary>Keeps the followers over a restart.</summary>
    public void SaveFollowers() => Database.SaveFollowers(Table.Register(Cluster.Events.Now, (long)Cluster.Events.Now.TotalMicroseconds));

    private RetentionLimits Limits => new(Cluster.Plan.RetainBytes, TimeSpan.FromSeconds(30));

    /// <summary>A snapshot to begin from: the newest one while the log goes on behind it, otherwise a new one.</summary>
    public void Offer(long atLeast, Action<SnapshotManifest?> offered)
    {
        if (Database.Standing != DigestStanding.Sound)
        {
            offered(null);
            return;
        }
        if (Newest() is { } newest && newest.Position.Index >= atLeast && Database.Log is { } lease && newest.Position.Index + 1 >= lease.Log.FirstReadable
            && lease.Log.BytesBehind(newest.Position.Index) <= Cluster.Plan.RetainBytes)
        {
            offered(newest);
            return;
        }
        Process.OfferSnapshot(taken => offered(taken ? Newest() : null));
    }

    /// <summary>A chunk's bytes.</summary>
    public byte[] ReadChunk(SnapshotManifest manifest, int number)
    {
        using var file = Process.Files.OpenRead(Database.Snapshots.DataPath(manifest), FileLabel.SnapshotRead);
        return SnapshotReader.ReadChunk(file, manifest.Chunks[number], number, new byte[manifest.Chunks[number].Length]).ToArray();
    }

    private SnapshotManifest? Newest() => Database.Snapshots.NewestFirst is [var newest, ..] ? newest : null;
}
