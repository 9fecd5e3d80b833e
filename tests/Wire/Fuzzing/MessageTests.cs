using System.Buffers;
using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Following;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Kit.Fuzzing;
using Replication.Protos.V1;
using DownstreamNode = Replication.Core.Following.DownstreamNode;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Wire.Tests.Fuzzing;

/// <summary>Every message that a peer can send: it is read, or refused with a typed error.</summary>
public sealed class MessageTests
{
    private static readonly HistoryId History = new(new UInt128(1, 2));
    private static readonly UpstreamPath Path = UpstreamPath.OfPrimary(7);

    private static readonly ImmutableSortedDictionary<string, Decoder> All = new Dictionary<string, Decoder>(StringComparer.Ordinal)
    {
        ["hello"] = Of(HelloOf().ToMessage(), FollowRequest.Parser, static request => request.MessageCase == FollowRequest.MessageOneofCase.Hello ? request.ToHello().ToMessage() : null, static request => request.Sealed()),
        ["acknowledgement"] = Of(
            new Acknowledgement(3, 2, 1, 9) { Below = [new DownstreamNode(1, "n", "a", FollowerState.Streaming, 1, 2, 3, TimeSpan.FromSeconds(4))] }.ToMessage(), FollowRequest.Parser,
            static request => request.MessageCase == FollowRequest.MessageOneofCase.Ack ? request.ToAcknowledgement().ToMessage() : null, static request => request.Sealed()),
        ["answer"] = Of(
            FollowMap.Resume(new FollowAnswer.Resume(5), History, new EpochRow(new Epoch(1), 2, 1, 0), 4, "http://primary", Path), FollowResponse.Parser, static response =>
            {
                response.ThrowIfChanged(1);
                _ = response.ToAnswer(5);
                _ = response.Resume?.Path.ToPath();
                return null;
            }, static response => response.Sealed()),
        ["frames"] = Of(new StreamFrames(1, 2, 1, false, new byte[50]).ToMessage(), FollowResponse.Parser, static response =>
        {
            response.ThrowIfChanged(1);
            return response.MessageCase == FollowResponse.MessageOneofCase.Frames ? response.Frames.ToFrames().ToMessage() : null;
        }, static response => response.Sealed()),
        ["heartbeat"] = Of(new StreamHeartbeat(1, 2, 3, TimeSpan.FromSeconds(1)) { Path = Path, BytesBehind = 5 }.ToMessage(), FollowResponse.Parser, static response =>
        {
            response.ThrowIfChanged(1);
            return response.MessageCase == FollowResponse.MessageOneofCase.Heartbeat ? response.Heartbeat.ToHeartbeat().ToMessage() : null;
        }, static response => response.Sealed()),
        ["manifest"] = Of(new SnapshotManifest { HistoryId = History.ToBytes(), Epoch = 1, Index = 5, Epochs = { new EpochTableRow { Epoch = 1, ReignId = 2, FirstIndex = 1 } }, Digest = ByteString.CopyFrom(new byte[16]) }, SnapshotManifest.Parser, static message => message.ToManifest().ToMessage()),
        ["commit"] = Of(CommitOf(), CommitRequest.Parser, static message =>
        {
            message.ToTransaction();
            return null;
        }),
        ["query"] = Of(new QueryRequest { Collection = "c", Index = "i", From = new IndexValue { Number = "1" }, To = new IndexValue { Number = "2.5" }, FromExclusive = true }, QueryRequest.Parser, static message =>
        {
            message.ToBounds();
            return null;
        }),
        ["requirement"] = Of(new ReadRequirement { AtLeast = new Position { Epoch = 1, Index = 5 }, WaitMillis = 3 }, ReadRequirement.Parser, static message =>
        {
            message.AtLeast.ToPosition();
            return null;
        }),
        ["fetch of a snapshot"] = Of(new FetchSnapshotRequest { HistoryId = History.ToBytes(), Position = new Position { Epoch = 1, Index = 5 }, Chunks = { 1, 2, 3 } }, FetchSnapshotRequest.Parser, static message =>
        {
            message.Position.ToPosition();
            PositionMap.ToHistory(message.HistoryId);
            return null;
        }),
        ["error details"] = Of(new Error { Code = Error.Types.Code.Busy, Message = "busy" }, Error.Parser, static message =>
        {
            Errors.Failure(message).Details();
            return null;
        }),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static TheoryData<string> Messages => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Wrong_messages_are_read_or_refused(string message) => FuzzRun.FromEnvironment().Check(All[message]);

    [Fact]
    public void A_message_of_too_many_parts_is_told_from_one_of_many_bytes()
    {
        var parts = new byte[2 * (MessageParts.Most + 1)];
        for (var i = 0; i < parts.Length; i += 2) parts[i] = 0x0A;
        var large = new CommitRequest { Operations = { new Operation { Put = new Put { Value = UnsafeByteOperations.UnsafeWrap(new byte[parts.Length]) } } } }.ToByteArray();

        Assert.Contains("parts", MessageParts.Violation(CommitRequest.Descriptor, new ReadOnlySequence<byte>(parts)), StringComparison.Ordinal);
        Assert.Contains("parts", MessageParts.Violation(CommitStreamRequest.Descriptor, new ReadOnlySequence<byte>(Inside(Inside(parts, 2), 1))), StringComparison.Ordinal);
        Assert.Null(MessageParts.Violation(CommitRequest.Descriptor, new ReadOnlySequence<byte>(parts.AsMemory(2))));
        Assert.Null(MessageParts.Violation(CommitRequest.Descriptor, new ReadOnlySequence<byte>(large)));
    }

    [Theory]
    [InlineData("0A08FFFFFFFF07010203")] // a length inside that overflows
    [InlineData("0AFFFFFFFF07")]
    [InlineData("0AFFFFFFFF7F")] // of which a parser may keep 32 bits
    [InlineData("0A80")]
    [InlineData("0B0C")] // a group
    [InlineData("0F")]
    public void A_length_that_cannot_be_one_is_found(string message) =>
        Assert.Contains("ends beyond", MessageParts.Violation(CommitRequest.Descriptor, new ReadOnlySequence<byte>(Convert.FromHexString(message))), StringComparison.Ordinal);

    [Fact]
    public void A_table_of_a_hundred_thousand_reigns_is_read_in_a_moment()
    {
        const int reigns = 100_000;
        var hello = HelloOf().ToMessage();
        hello.Hello.Epochs.Clear();
        for (uint epoch = 1; epoch <= reigns; epoch++) hello.Hello.Epochs.Add(new EpochTableRow { Epoch = epoch, ReignId = epoch, FirstIndex = epoch });
        hello.Hello.Durable = new Position { Epoch = reigns, Index = reigns };
        hello.Sealed();
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(reigns, hello.ToHello().Epochs.Rows.Length);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    [Theory]
    [InlineData(256, 0)]
    [InlineData(0, 256)]
    public void A_name_or_an_address_that_is_too_long_is_malformed(int name, int address)
    {
        var hello = HelloOf() with { NodeName = new string('n', name), Address = new string('a', address) };

        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => hello.ToMessage().ToHello()).StatusCode);
    }

    private static byte[] Inside(byte[] message, int field)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(field, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
        }
        return bytes.ToArray();
    }

    private static Hello HelloOf() => new(
        Hello.CurrentProtocolVersion, Hello.CurrentLogFormatVersion, History, 1, "name", "http://address", 2, 3, FollowerKind.Reader,
        EpochTable.FromRows([new EpochRow(new Epoch(1), 4, 1, 0)]), new LogPosition(new Epoch(1), 9), 5);

    private static CommitRequest CommitOf() => new()
    {
        RequestId = ByteString.CopyFromUtf8("request"),
        FirstSentAfter = new Position { Epoch = 1, Index = 2 },
        Operations =
        {
            new Operation { Put = new Put { Collection = "c", Key = ByteString.CopyFromUtf8("k"), Value = ByteString.CopyFromUtf8("1") }, Precondition = new Precondition { UnchangedSince = new Position { Epoch = 1, Index = 1 } } },
            new Operation { Delete = new Delete { Collection = "c", Key = ByteString.CopyFromUtf8("k") } },
            new Operation { CreateIndex = new CreateIndex { Collection = "c", Name = "i", Path = "a.b" } },
        },
    };

    // What the parser refuses, the node answers by itself: CheckedRequests.
    private static Decoder Of<TMessage>(TMessage sample, MessageParser<TMessage> parser, Func<TMessage, IMessage?> read, Action<TMessage>? seal = null)
        where TMessage : IMessage<TMessage> => new(
        [sample.ToByteArray()],
        bytes => read(Parsed(bytes, parser))?.ToByteArray(),
        static failure => failure is RpcException { StatusCode: StatusCode.InvalidArgument } or MalformedPayloadException or StreamDamagedException)
        {
            Reseal = bytes => Resealed(bytes, parser, seal),
        };

    private static TMessage Parsed<TMessage>(byte[] bytes, MessageParser<TMessage> parser)
        where TMessage : IMessage<TMessage>
    {
        var descriptor = Activator.CreateInstance<TMessage>().Descriptor;
        if (MessageParts.Violation(descriptor, new ReadOnlySequence<byte>(bytes)) is { } violation) throw new MalformedPayloadException(violation);
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new MalformedPayloadException(malformed.Message);
        }
    }

    private static byte[] Resealed<TMessage>(byte[] bytes, MessageParser<TMessage> parser, Action<TMessage>? seal)
        where TMessage : IMessage<TMessage>
    {
        if (seal is null) return bytes;
        try
        {
            var message = Parsed(bytes, parser);
            seal(message);
            return message.ToByteArray();
        }
        catch (MalformedPayloadException)
        {
            return bytes;
        }
    }
}
