using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Replication.Core.Following.Retention;
using Replication.Core.IO;
using Replication.Primary.Serving;
using Replication.Protos.V1;
using Replication.Testing;
using Replication.Wire;
using Code = Replication.Protos.V1.Error.Types.Code;

namespace Replication.Node.Tests;

/// <summary>Writing one snapshot for everybody who waits, and sending it to whoever reads.</summary>
public sealed class SnapshotServingTests
{
    private readonly TaskCompletionSource _writes = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    [Fact]
    public async Task A_snapshot_that_nobody_waits_for_any_more_is_written_on_and_whoever_comes_next_gets_it()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        using var server = Server(primary);
        using var patience = new CancellationTokenSource();
        var impatient = server.OfferAsync(atLeast: 0, patience.Token);
        await Eventually.HoldsAsync("the writing began", () => Volatile.Read(ref _begun) == 1, cancellation: CancellationToken.None);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        var waiting = Enumerable.Range(0, 3).Select(_ => server.OfferAsync(atLeast: 0, CancellationToken.None)).ToArray();
        Assert.DoesNotContain(waiting, offer => offer.IsCompleted);
        _writes.SetResult();

        var offered = await Task.WhenAll(waiting);
        Assert.All(offered, manifest => Assert.Same(offered[0], manifest));
        Assert.Equal((1, 1L), (_begun, server.Written));
        Assert.Equal(primary.Database.State.Position, offered[0].Position);
    }

    [Fact]
    public async Task Whoever_waits_when_the_node_stops_is_told_so_and_nobody_begins_another()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        var server = Server(primary);
        var waiting = server.TakeAsync(CancellationToken.None);
        await Eventually.HoldsAsync("the writing began", () => Volatile.Read(ref _begun) == 1);

        server.Dispose();

        foreach (var refused in (Func<Task>[])[() => waiting, () => server.TakeAsync(CancellationToken.None)])
            Assert.Equal(Code.ShuttingDown, (await Assert.ThrowsAsync<RpcException>(refused)).Details()!.Code);
        Assert.Equal((1, 0L), (_begun, server.Written));
    }

    [Fact]
    public async Task A_node_that_does_not_read_its_pieces_makes_room_for_others()
    {
        var clock = new ManualClock();
        await using var cluster = new TestCluster(new TestClusterOptions { Time = clock });
        var primary = await cluster.PrimaryAsync(configure: options => options.SnapshotTransfers = 1);
        for (var i = 0; i < 40; i++) await primary.Client.PutAsync("docs", $"k{i}", $"\"{new string('x', 500_000)}\"");
        await primary.Client.TakeSnapshotAsync();
        var manifest = primary.Database.Snapshots.NewestFirst[0];
        using var channel = GrpcChannel.ForAddress(primary.Address);
        var feed = new Feed.FeedClient(channel);
        using var stuck = feed.FetchSnapshot(Request(manifest, nodeId: 5, Enumerable.Range(0, manifest.Chunks.Length)));
        Assert.True(await stuck.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(Code.Busy, (await Assert.ThrowsAsync<RpcException>(FetchAsync)).Details()!.Code);
        await Eventually.HoldsAsync("there is room", async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            try
            {
                await FetchAsync();
                return true;
            }
            catch (RpcException busy) when (busy.Details() is { Code: Code.Busy })
            {
                return false;
            }
        });

        Assert.InRange(clock.Elapsed, new ServingOptions().PieceTimeout, TimeSpan.MaxValue);
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await stuck.ResponseStream.MoveNext(CancellationToken.None)) { }
        });

        async Task FetchAsync()
        {
            using var call = feed.FetchSnapshot(Request(manifest, nodeId: 6, [0]));
            while (await call.ResponseStream.MoveNext(CancellationToken.None)) { }
        }
    }

    private static FetchSnapshotRequest Request(Core.Snapshots.SnapshotManifest manifest, ulong nodeId, IEnumerable<int> chunks)
    {
        var request = new FetchSnapshotRequest { HistoryId = manifest.History.ToBytes(), Position = manifest.Position.ToMessage(), NodeId = nodeId };
        request.Chunks.AddRange(chunks.Select(number => (uint)number));
        return request;
    }

    // Beside the node's own, so that a test decides when the writing goes on.
    private SnapshotServer Server(TestNode node) => new(
        node.Database,
        new PhysicalFileSystem(),
        new FollowerRegistry(TimeProvider.System, new RetentionLimits(0, TimeSpan.Zero)),
        new ServingOptions(),
        TimeProvider.System,
        async stopping =>
        {
            Interlocked.Increment(ref _begun);
            await _writes.Task.WaitAsync(stopping);
        },
        NullLogger.Instance);
}
