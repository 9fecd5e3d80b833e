using Grpc.Core;
using Microsoft.Extensions.Logging;
using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Snapshots;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Replica.Bootstrapping;

/// <summary>Fetches the chunks of a snapshot that are not here yet, several at the same time, and waits when it is told to.</summary>
/// <param name="nodeId">Of this node.</param>
/// <param name="progress">Is told how much has come.</param>
/// <param name="time">For waiting.</param>
/// <param name="logger">For what happens.</param>
internal sealed class SnapshotFetcher(ulong nodeId, ReplicaProgress progress, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ShortestWait = TransferSlots.ShortestWait;
    private static readonly TimeSpan LongestWait = TransferSlots.LongestWait;
    private static readonly TimeSpan AwayWait = TimeSpan.FromSeconds(2);

    /// <summary>A source from which no chunk comes is tried so often, over about half a minute; then another snapshot is asked for.</summary>
    private const int MaxFailures = 15;

    /// <summary>A source that sends nothing for so long is asked anew.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    /// <summary>Fetches until nothing is missing.</summary>
    /// <param name="source">The node that has the snapshot.</param>
    /// <param name="bootstrap">Takes the chunks.</param>
    /// <param name="cancellation">Ends the fetching; what came is kept.</param>
    /// <exception cref="SnapshotGoneException">The snapshot is no longer there.</exception>
    public async Task FetchAsync(Feed.FeedClient source, Bootstrap bootstrap, CancellationToken cancellation)
    {
        var shares = ChunkShares.Of(bootstrap.Missing);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = shares.Count, CancellationToken = cancellation };
        await Parallel.ForEachAsync(shares, parallel, async (share, token) => await FetchAsync(source, bootstrap, share, token));
    }

    private async Task FetchAsync(Feed.FeedClient source, Bootstrap bootstrap, IReadOnlyList<int> share, CancellationToken cancellation)
    {
        for (var (failures, left) = (0, share.Count); ;)
        {
            var missing = share.Intersect(bootstrap.Missing).ToList();
            if (missing.Count == 0) return;
            // A connection that breaks again and again brings the snapshot, too, as long as each brings something.
            if (missing.Count < left) (failures, left) = (0, missing.Count);
            try
            {
                await RequestAsync(source, bootstrap, missing, cancellation);
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.ResourceExhausted && refused.Details() is { Code: Error.Types.Code.Busy } busy)
            {
                var wait = TimeSpan.FromMilliseconds(Math.Clamp(busy.RetryAfterMillis, ShortestWait.TotalMilliseconds, LongestWait.TotalMilliseconds));
                ReplicaLog.BootstrapWaits(logger, PeerText.Shortened(busy.Message), wait);
                await Task.Delay(wait, time, cancellation);
            }
            catch (Exception away) when (!cancellation.IsCancellationRequested && away is RpcException { StatusCode: StatusCode.Unavailable } or TimeoutException && ++failures <= MaxFailures)
            {
                // It may be restarting; the log streams in meanwhile, perhaps from another node.
                ReplicaLog.BootstrapWaits(logger, $"The node that has the snapshot does not answer: {PeerText.Shortened(away.Message)}", AwayWait);
                await Task.Delay(AwayWait, time, cancellation);
            }
            catch (Exception away) when (!cancellation.IsCancellationRequested && away is RpcException { StatusCode: StatusCode.Unavailable } or TimeoutException)
            {
                throw new SnapshotGoneException($"The node that has it has not answered {failures} times.", away);
            }
            catch (RpcException gone) when (gone.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition)
            {
                throw new SnapshotGoneException(PeerText.Shortened(gone.Status.Detail), gone);
            }
        }
    }

    private async Task RequestAsync(Feed.FeedClient source, Bootstrap bootstrap, List<int> numbers, CancellationToken cancellation)
    {
        var manifest = bootstrap.Manifest;
        var request = new FetchSnapshotRequest { HistoryId = manifest.History.ToBytes(), Position = manifest.Position.ToMessage(), NodeId = nodeId };
        request.Chunks.AddRange(numbers.Select(number => (uint)number));
        using var call = source.FetchSnapshot(request, cancellationToken: cancellation);
        var chunks = new ChunkAssembly(manifest, numbers);
        while (!chunks.IsDone)
        {
            if (!await call.ResponseStream.MoveNext(cancellation).WaitAsync(Silence, time, cancellation)) throw new UpstreamException("The snapshot ended before all chunks had come.");
            var piece = call.ResponseStream.Current;
            if (chunks.Take(piece.Chunk, piece.Offset, piece.Data.Span, out var whole)) Store(bootstrap, whole.Number, whole.Bytes.Span);
        }
    }

    private void Store(Bootstrap bootstrap, int number, ReadOnlySpan<byte> bytes)
    {
        try
        {
            bootstrap.Store(number, bytes);
        }
        catch (SnapshotDamagedException changed)
        {
            // On the way: fetched again, the chunk is right.
            throw new StreamDamagedException(bootstrap.Manifest.Position.Index, changed.Message);
        }
        progress.Fetched(bootstrap.Progress);
    }
}
