using Grpc.Core;
using Replication.Core.Database;
using Replication.Core.Log;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services;

/// <summary>The service between nodes.</summary>
internal sealed class FeedService(ReplicationNode node) : Feed.FeedBase
{
    public override Task Follow(IAsyncStreamReader<FollowRequest> requestStream, IServerStreamWriter<FollowResponse> responseStream, ServerCallContext context)
    {
        _ = node.Database; // Says "starting" instead of serving a node that is not there yet.
        return node.Followers.FollowAsync(requestStream, responseStream, context.CancellationToken);
    }

    public override Task FetchSnapshot(FetchSnapshotRequest request, IServerStreamWriter<SnapshotPiece> responseStream, ServerCallContext context)
    {
        _ = node.Database;
        return node.Snapshots.SendAsync(request, responseStream, context.CancellationToken);
    }

    public override Task<OfferSnapshotResponse> OfferSnapshot(OfferSnapshotRequest request, ServerCallContext context)
    {
        _ = node.Database;
        return node.Snapshots.OfferAsync(request, context.CancellationToken);
    }

    public override Task<LocateResponse> Locate(LocateRequest request, ServerCallContext context)
    {
        var lease = node.Database.Log
            ?? throw Errors.Failure(Error.Types.Code.Loading, "This node has no log yet: it is loading. Try again after a moment, or follow another node.");
        var durable = lease.Log.Durable.Index;
        var index = request.HasIndex ? PositionMap.ToIndex(request.Index) : durable;
        if (index > durable)
            throw Errors.Failure(Error.Types.Code.InvalidArgument, $"The log of this node ends at entry {durable}, so nothing begins behind {index}. Begin at {durable + 1} at most.");
        var crc = CrcOf(lease.Log, index) ?? throw Pruned(lease, index);
        var epochs = lease.Epochs.UpTo(index);
        return Task.FromResult(FollowMap.ToLocation(node.Database.History, epochs.PositionOf(index), crc, epochs));
    }

    // Null when what stands behind the entry cannot be read from here on, be it pruned or damaged.
    private static uint? CrcOf(SegmentedLog log, long index)
    {
        try
        {
            return index + 1 >= log.FirstReadable ? log.CrcOf(index) : null;
        }
        catch (Exception gone) when (gone is LogPrunedException or LogDamagedException)
        {
            return null;
        }
    }

    private static RpcException Pruned(LogLease lease, long index) => Errors.Failure(new Error
    {
        Code = Error.Types.Code.Pruned,
        Message = $"Entry {index + 1} is no longer in the log of this node, which can be read from {lease.Log.FirstReadable} on. Begin there, or read the collections instead.",
        Index = (ulong)lease.Log.FirstReadable,
    });
}
