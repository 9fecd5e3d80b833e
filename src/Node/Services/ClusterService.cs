using Grpc.Core;
using Replication.Core.Records;
using Replication.Node.Reporting;
using Replication.Node.Scrubbing;
using Replication.Protos.V1;
using Replication.Wire;
using SnapshotStatus = Replication.Core.Following.SnapshotStatus;
using StateDigestEntry = Replication.Core.Records.StateDigestEntry;

namespace Replication.Node.Services;

/// <summary>The service of operators.</summary>
internal sealed class ClusterService(ReplicationNode node, StatusReporter reporter, ReadGate gate, ScrubDesk desk, ScrubAnswers scrub) : Cluster.ClusterBase
{
    public override Task<NodeStatus> Status(StatusRequest request, ServerCallContext context) => Task.FromResult(reporter.Report().ToMessage());

    public override async Task<TakeSnapshotResponse> TakeSnapshot(TakeSnapshotRequest request, ServerCallContext context)
    {
        _ = node.Database;
        var manifest = await node.Snapshots.TakeAsync(context.CancellationToken);
        return new TakeSnapshotResponse { Snapshot = new SnapshotStatus(manifest.Position, manifest.Bytes, manifest.Records).ToMessage() };
    }

    public override async Task<DigestResponse> Digest(DigestRequest request, ServerCallContext context)
    {
        if (request.At is null)
        {
            var now = await gate.StateAsync(null, context.CancellationToken);
            return Answer(now, now.Index, new StateDigestEntry(now.Digest, now.Records));
        }
        var at = request.At.ToPosition();
        var state = await gate.StateAsync(new ReadRequirement { AtLeast = request.At, WaitMillis = request.WaitMillis }, context.CancellationToken);
        var entry = state.Index == at.Index ? new StateDigestEntry(state.Digest, state.Records) : node.Database.Digests.Find(at.Index);
        return entry is not null
            ? Answer(state, at.Index, entry)
            : throw Errors.Failure(new Error
            {
                Code = Error.Types.Code.Pruned,
                Message = $"The digest at {at} is no longer known here: the last {DigestHistory.Capacity} entries since the node's data was loaded are. Ask for a newer position.",
                Index = (ulong)Math.Max(1, state.Index - DigestHistory.Capacity),
            });
    }

    public override Task<BeginScrubResponse> BeginScrub(BeginScrubRequest request, ServerCallContext context) => Task.FromResult(scrub.Begin(request));

    public override Task<LogDigestResponse> LogDigest(LogDigestRequest request, ServerCallContext context) => scrub.LogDigestAsync(context.CancellationToken);

    public override Task<RangeDigestsResponse> RangeDigests(RangeDigestsRequest request, ServerCallContext context) => scrub.DigestsAsync(request, context.CancellationToken);

    public override async Task RangeRecords(RangeRecordsRequest request, IServerStreamWriter<RangeRecordsResponse> responseStream, ServerCallContext context)
    {
        using var lasting = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, node.Stopping);
        await scrub.SendRecordsAsync(request, responseStream, lasting.Token);
    }

    public override Task<EndScrubResponse> EndScrub(EndScrubRequest request, ServerCallContext context)
    {
        desk.End(request.Scrub);
        return Task.FromResult(new EndScrubResponse());
    }

    private static DigestResponse Answer(DatabaseState state, long index, StateDigestEntry entry) => new()
    {
        Position = state.PositionOf(index).ToMessage(),
        Digest = entry.Digest.ToString(),
        Records = (ulong)entry.Records,
    };
}
