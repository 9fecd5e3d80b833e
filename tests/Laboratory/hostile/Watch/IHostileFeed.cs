using Grpc.Core;
using Replication.Protos.V1;

namespace Replication.Hostile.Tests.Watch;

/// <summary>What a <see cref="FakeUpstream"/> does to whoever follows it.</summary>
internal interface IHostileFeed
{
    /// <summary>Answers a Hello.</summary>
    Task FollowAsync(Hello hello, IServerStreamWriter<FollowResponse> responses, CancellationToken cancellation);

    /// <summary>Sends a snapshot.</summary>
    Task FetchAsync(FetchSnapshotRequest request, IServerStreamWriter<SnapshotPiece> pieces, CancellationToken cancellation);
}
