using System.Collections;
using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Records;
using Replication.Core.Scrubbing;
using Replication.Core.Transactions;
using Replication.Node.Services;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Scrubbing;

/// <summary>The questions of a scrub, each answered with a bounded amount of memory, beside the writing.</summary>
internal sealed class ScrubAnswers(ReplicationNode node, ScrubDesk desk, ReadGate gate)
{
    private const int MaxRanges = 64;
    private const int LeavesBytes = NameRange.Leaves / 8;
    private const int PageRecords = 512;

    public BeginScrubResponse Begin(BeginScrubRequest request) => new() { Position = desk.Begin(request.Scrub, PositionMap.ToIndex(request.From)).Position.ToMessage() };

    public async Task<LogDigestResponse> LogDigestAsync(CancellationToken cancellation)
    {
        if (node.Commits is not { } commits) throw Errors.Failure(Errors.NotPrimary(node.PrimaryAddress));
        return await commits.LogDigestAsync(cancellation) switch
        {
            CommitOutcome.Committed committed => new LogDigestResponse { Position = committed.Position.ToMessage() },
            CommitOutcome.Rejected rejected => throw Errors.Failure(rejected.ToError()),
            var other => throw new InvalidOperationException($"A digest was answered with {other}."),
        };
    }

    public async Task<RangeDigestsResponse> DigestsAsync(RangeDigestsRequest request, CancellationToken cancellation)
    {
        if (request.Ranges.Count > MaxRanges) throw Errors.Failure(Error.Types.Code.InvalidArgument, $"At most {MaxRanges} ranges can be asked for at once, not {request.Ranges.Count}.");
        if (request.Ranges.Any(range => range >= NameRange.Ranges)) throw Errors.Failure(Error.Types.Code.InvalidArgument, $"There are ranges 0 to {NameRange.Ranges - 1}.");
        var index = request.At.ToPosition().Index;
        await gate.StateAsync(new ReadRequirement { AtLeast = request.At, WaitMillis = request.WaitMillis }, cancellation);
        using var view = desk.ViewAt(request.Scrub, index);
        var state = view.State;
        var digests = await desk.DigestsAt(request.Scrub, index).WaitAsync(cancellation);
        return new RangeDigestsResponse
        {
            At = state.Position.ToMessage(),
            Crc = state.Tail.Crc,
            LoggedDigest = state.Digest.ToString(),
            Records = (ulong)state.Records,
            Digests = Bytes(request.Ranges.Count == 0
                ? Enumerable.Range(0, NameRange.Ranges).Select(digests.Range)
                : request.Ranges.SelectMany(range => Enumerable.Range((int)range * NameRange.LeavesOfRange, NameRange.LeavesOfRange)).Select(digests.Leaf)),
        };
    }

    public async Task SendRecordsAsync(RangeRecordsRequest request, IAsyncStreamWriter<RangeRecordsResponse> responses, CancellationToken cancellation)
    {
        if (request.Leaves.Length != LeavesBytes) throw Errors.Failure(Error.Types.Code.InvalidArgument, $"The leaves are {LeavesBytes} bytes, one bit each, not {request.Leaves.Length}.");
        using var view = desk.ViewAt(request.Scrub, request.At.ToPosition().Index);
        foreach (var page in new LeafRecords(view, new BitArray(request.Leaves.ToByteArray())).All(cancellation).Chunk(PageRecords))
        {
            var response = new RangeRecordsResponse();
            response.Records.AddRange(page.Select(ToMessage));
            await responses.WriteAsync(response, cancellation);
        }
    }

    private static RangeRecord ToMessage(LeafRecord record) => new()
    {
        Collection = record.Collection,
        Key = UnsafeByteOperations.UnsafeWrap(record.Key),
        Index = (ulong)record.Index,
        Hash = Bytes([record.Hash]),
    };

    private static ByteString Bytes(IEnumerable<StateDigest> digests)
    {
        var bytes = new List<byte>();
        Span<byte> one = stackalloc byte[StateDigest.Size];
        foreach (var digest in digests)
        {
            digest.Write(one);
            bytes.AddRange(one);
        }
        return ByteString.CopyFrom([.. bytes]);
    }
}
