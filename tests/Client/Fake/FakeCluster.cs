using Grpc.Core;
using Replication.Protos.V1;

namespace Replication.Client.Tests.Fake;

/// <summary>The service of operators; a test sets what it says.</summary>
internal sealed class FakeCluster(FakeRecords records) : Cluster.ClusterBase
{
    /// <summary>What this node says of itself.</summary>
    public NodeStatus Current { get; set; } = new()
    {
        NodeId = 0xA1, NodeName = "a", Role = "primary", State = "Primary", HistoryId = new string('4', 32), Version = "0.1.0",
        Durable = FakeRecords.At(7), CommitIndex = 7, AppliedIndex = 7, FirstIndex = 1, LastIndex = 7, Records = 2, Collections = 1,
        Digest = "0123456789abcdef0123456789abcdef", Ready = true,
        MemoryBytes = 1_000, MemoryLimitBytes = 4_000, OpenViews = 3, OldestViewMillis = 250, Counters = new Counters { Commits = 5 },
    };

    /// <summary>The digest at a position; may throw.</summary>
    public Func<Position, string> DigestAt { get; set; } = static _ => "0123456789abcdef0123456789abcdef";

    /// <summary>Positions that were asked for; null for the applied one.</summary>
    public Queue<Position?> Asked { get; } = new();

    public override Task<NodeStatus> Status(StatusRequest request, ServerCallContext context) => Task.FromResult(Current);

    public override Task<TakeSnapshotResponse> TakeSnapshot(TakeSnapshotRequest request, ServerCallContext context) =>
        Task.FromResult(new TakeSnapshotResponse { Snapshot = new SnapshotStatus { Position = records.Position, Bytes = 2500, Records = 3 } });

    public override Task<DigestResponse> Digest(DigestRequest request, ServerCallContext context)
    {
        Asked.Enqueue(request.At);
        var position = request.At ?? records.Position;
        return Task.FromResult(new DigestResponse { Position = position, Digest = DigestAt(position), Records = 3 });
    }
}
