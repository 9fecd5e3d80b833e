using System.Collections.Immutable;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Protos.V1;
using Replication.Wire;
using SnapshotChunk = Replication.Core.Snapshots.SnapshotChunk;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Hostile.Tests.Watch;

/// <summary>One way to do harm to a replica.</summary>
internal sealed class Harm(Func<Hello, IServerStreamWriter<FollowResponse>, CancellationToken, Task> follow) : IHostileFeed
{
    private const int PieceBytes = 256 * 1024;
    private const int HeaderBytes = 16; // of a snapshot's data file
    private const int Chunks = 10_000;
    private const int MessageBytes = 1024 * 1024;

    /// <summary>Every way that a replica's data must outlive.</summary>
    public static ImmutableSortedDictionary<string, Harm> All { get; } = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, Harm>(StringComparer.Ordinal)
    {
        ["silence"] = new((_, _, cancellation) => Watching.UntilAsync(cancellation)),
        ["no answer"] = new(async (_, responses, cancellation) => await responses.WriteAsync(new FollowResponse().Sealed(), cancellation)),
        ["a wrong check"] = new(async (hello, responses, cancellation) =>
        {
            var resume = Resume(hello);
            resume.Check++;
            await responses.WriteAsync(resume, cancellation);
        }),
        ["garbage for frames"] = new(async (hello, responses, cancellation) =>
        {
            await responses.WriteAsync(Resume(hello), cancellation);
            var garbage = RandomNumberGenerator.GetBytes(MessageBytes);
            while (true) await responses.WriteAsync(Frames(hello.Durable.Index + 1, hello.Durable.Index + 100, 0, garbage), cancellation);
        }),
        ["an entry without end"] = new(async (hello, responses, cancellation) =>
        {
            await responses.WriteAsync(Resume(hello), cancellation);
            var piece = new byte[MessageBytes];
            BitConverter.TryWriteBytes(piece, int.MaxValue);
            while (true)
            {
                var frames = Frames(hello.Durable.Index + 1, hello.Durable.Index + 1, 0, piece);
                frames.Frames.Continued = true;
                await responses.WriteAsync(frames.Sealed(), cancellation);
            }
        }),
        ["a commit index from the future"] = new(async (hello, responses, cancellation) =>
        {
            await responses.WriteAsync(Resume(hello), cancellation);
            while (true) await responses.WriteAsync(new FollowResponse { Heartbeat = new Heartbeat { CommitIndex = long.MaxValue, DurableIndex = long.MaxValue, EchoedStamp = ulong.MaxValue } }.Sealed(), cancellation);
        }),
        ["numbers that are no index"] = new(async (hello, responses, cancellation) =>
        {
            await responses.WriteAsync(Resume(hello), cancellation);
            await responses.WriteAsync(Frames(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, []), cancellation);
        }),
        ["a manifest that is none"] = new(async (hello, responses, cancellation) => await responses.WriteAsync(
            new FollowResponse { NeedSnapshot = new NeedSnapshot { HistoryId = hello.HistoryId, Manifest = new Protos.V1.SnapshotManifest { Index = ulong.MaxValue, HistoryId = hello.HistoryId } } }.Sealed(), cancellation)),
        ["a snapshot without end"] = new(OfferAsync),
        ["a snapshot of another history"] = new(async (hello, responses, cancellation) => await responses.WriteAsync(
            new FollowResponse { NeedSnapshot = new NeedSnapshot { Manifest = ManifestFor(RandomNumberGenerator.GetBytes(HistoryId.Size)).ToMessage() } }.Sealed(), cancellation)),
        ["refusals whose reasons are long"] = new(async (_, responses, cancellation) => await responses.WriteAsync(
            new FollowResponse { Refused = new Refused { Reason = (Refused.Types.Reason)int.MaxValue, Message = new string('!', 30 * MessageBytes) } }.Sealed(), cancellation)),
    });

    public Task FollowAsync(Hello hello, IServerStreamWriter<FollowResponse> responses, CancellationToken cancellation) => follow(hello, responses, cancellation);

    /// <summary>Pieces of the right place and length whose bytes are wrong.</summary>
    public async Task FetchAsync(FetchSnapshotRequest request, IServerStreamWriter<SnapshotPiece> pieces, CancellationToken cancellation)
    {
        foreach (var chunk in request.Chunks)
            for (var offset = 0; offset < SnapshotChunk.MaxLength; offset += PieceBytes)
                await pieces.WriteAsync(new SnapshotPiece { Chunk = chunk, Offset = (uint)offset, Data = ByteString.CopyFrom(new byte[PieceBytes]) }, cancellation);
    }

    private static async Task OfferAsync(Hello hello, IServerStreamWriter<FollowResponse> responses, CancellationToken cancellation)
    {
        if (hello.Fetching is null)
        {
            await responses.WriteAsync(new FollowResponse { NeedSnapshot = new NeedSnapshot { Manifest = ManifestFor(hello.HistoryId.ToByteArray()).ToMessage(), HistoryId = hello.HistoryId } }.Sealed(), cancellation);
            return;
        }
        await responses.WriteAsync(Resume(hello), cancellation);
        await Watching.UntilAsync(cancellation);
    }

    // Tens of gigabytes, of which every number agrees with every other.
    private static SnapshotManifest ManifestFor(byte[] history)
    {
        const long index = 1_000_000_000;
        var epoch = new Epoch(1_000);
        var digest = SHA256.HashData([]);
        var chunks = Enumerable.Range(0, Chunks).Select(number => new SnapshotChunk(HeaderBytes + ((long)number * SnapshotChunk.MaxLength), SnapshotChunk.MaxLength, [.. digest], 1));
        return new SnapshotManifest(
            HistoryId.Read(history), new LogTail(new LogPosition(epoch, index), 1, 1), EpochTable.FromRows([new EpochRow(epoch, 1, 1, 0)]), Configuration.None, StateDigest.Empty, Chunks, [.. chunks]);
    }

    private static FollowResponse Resume(Hello hello) => new FollowResponse
    {
        Resume = new Resume { HistoryId = hello.HistoryId, Epoch = 1, ReignId = 1, ProtocolVersion = 1, Path = new DataPath { Nodes = { 1 }, End = DataPath.Types.End.Primary } },
    }.Sealed();

    private static FollowResponse Frames(ulong first, ulong last, ulong commit, byte[] data) =>
        new FollowResponse { Frames = new Frames { FirstIndex = first, LastIndex = last, CommitIndex = commit, Data = ByteString.CopyFrom(data) } }.Sealed();
}
