using Grpc.Core;
using Replication.Protos.V1;

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
}
