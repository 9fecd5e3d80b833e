using System.Runtime.CompilerServices;
using Grpc.Core;
using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <content>What a scrub asks: the messages of cluster.proto, which a tool compares.</content>
public sealed partial class ReplicationClient
{
    /// <summary>How long a node may take to read all of its records once, beyond the time allowed for every call.</summary>
    public static readonly TimeSpan ScrubPatience = TimeSpan.FromMinutes(5);

    /// <summary>The node keeps what it holds behind each of the next digests, for a scrub.</summary>
    /// <param name="scrub">Random, of this scrub; not 0.</param>
    /// <param name="from">Digests before this index are not wanted; 0: before what the node shows now.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>What the node shows now.</returns>
    /// <exception cref="ReplicationException">
    /// The node holds (<see cref="ReplicationErrorCode.Holding"/>), has no data (<see cref="ReplicationErrorCode.Loading"/>), or
    /// another scrub is under way (<see cref="ReplicationErrorCode.Busy"/>).
    /// </exception>
    public async Task<LogPosition> BeginScrubAsync(ulong scrub, ulong from = 0, CancellationToken cancellation = default)
    {
        var response = await ReadAsync(_cluster.BeginScrubAsync, new Contract.BeginScrubRequest { Scrub = scrub, From = from }, TimeSpan.Zero, cancellation);
        return LogPosition.From(response.Position);
    }

    /// <summary>Logs a digest on the primary, unless its last entry is one.</summary>
    /// <returns>Where it stands.</returns>
    /// <exception cref="NotPrimaryException">The node does not write.</exception>
    public async Task<LogPosition> LogDigestAsync(CancellationToken cancellation = default)
    {
        var response = await ReadAsync(_cluster.LogDigestAsync, new Contract.LogDigestRequest(), TimeSpan.Zero, cancellation);
        return LogPosition.From(response.Position);
    }

    /// <summary>Digests of ranges of what the node held at a digest, computed anew from its records.</summary>
    /// <param name="scrub">That was begun there.</param>
    /// <param name="at">The digest's position.</param>
    /// <param name="wait">How long the node waits to reach it, at most 60 s.</param>
    /// <param name="ranges">At most 64, for the digests of their leaves; none, for those of the ranges.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ReplicationException">The node did not keep it (<see cref="ReplicationErrorCode.NotFound"/>) or did not reach it (<see cref="ReplicationErrorCode.TooStale"/>).</exception>
    public Task<Contract.RangeDigestsResponse> RangeDigestsAsync(
        ulong scrub, LogPosition at, TimeSpan wait, IEnumerable<int>? ranges = null, CancellationToken cancellation = default)
    {
        var request = new Contract.RangeDigestsRequest { Scrub = scrub, At = at.ToMessage(), WaitMillis = ReadOptions.Millis(wait) };
        request.Ranges.AddRange((ranges ?? []).Select(range => (uint)range));
        return ReadAsync(_cluster.RangeDigestsAsync, request, wait + ScrubPatience, cancellation);
    }

    /// <summary>The records in some leaves of what the node held at a digest.</summary>
    /// <param name="scrub">That was begun there.</param>
    /// <param name="at">The digest's position.</param>
    /// <param name="leaves">8,192 bytes, one bit a leaf.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async IAsyncEnumerable<Contract.RangeRecord> RangeRecordsAsync(
        ulong scrub, LogPosition at, ReadOnlyMemory<byte> leaves, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new Contract.RangeRecordsRequest { Scrub = scrub, At = at.ToMessage(), Leaves = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(leaves) };
        using var call = _cluster.RangeRecords(request, Options(ScrubPatience, cancellation));
        while (await NextAsync(call.ResponseStream, cancellation) is { } page)
            foreach (var record in page.Records)
                yield return record;
    }

    /// <summary>Ends a scrub: the node keeps nothing any more.</summary>
    public async Task EndScrubAsync(ulong scrub, CancellationToken cancellation = default) =>
        await ReadAsync(_cluster.EndScrubAsync, new Contract.EndScrubRequest { Scrub = scrub }, TimeSpan.Zero, cancellation);

    private async Task<Contract.RangeRecordsResponse?> NextAsync(IAsyncStreamReader<Contract.RangeRecordsResponse> pages, CancellationToken cancellation)
    {
        try
        {
            return await pages.MoveNext(cancellation) ? pages.Current : null;
        }
        catch (RpcException failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw _failures.OfRead(failure);
        }
    }
}
