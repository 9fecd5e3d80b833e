using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Following;
using Replication.Core.Positions;
using Replication.Protos.V1;
using DownstreamNode = Replication.Core.Following.DownstreamNode;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Wire.Tests;

public sealed class StreamMessageTests
{
    private static readonly Hello Sample = new(
        1, 1, new HistoryId(7), 2, "replica", "http://here", 3, 4, FollowerKind.Standby,
        EpochTable.FromRows([new EpochRow(new Epoch(1), 11, 1, 0), new EpochRow(new Epoch(2), 22, 9, 5)]), new LogPosition(new Epoch(2), 12), 77);

    private static readonly UpstreamPath Path = UpstreamPath.FromNodes([1, ulong.MaxValue, 3], isFromPrimary: true)!;

    public static TheoryData<string, FollowResponse> Responses => new()
    {
        { "resume", FollowMap.Resume(new FollowAnswer.Resume(13), new HistoryId(7), new EpochRow(new Epoch(2), 22, 9, 5), 12, "http://primary", Path) },
        { "diverged", new FollowAnswer.Diverged(new LogPosition(new Epoch(1), 8)).ToMessage() },
        { "refused", new FollowAnswer.Refused(RefusalReason.Behind, "behind").ToMessage() },
        { "heartbeat", (new StreamHeartbeat(5, 9, 12345, TimeSpan.FromMilliseconds(77)) with { Path = Path, BytesBehind = 65_537 }).ToMessage() },
        { "ending", FollowMap.Ending(Ending.Types.Reason.ShuttingDown, "stopping") },
    };

    [Fact]
    public void A_hello_comes_as_it_was_said()
    {
        var read = FollowRequest.Parser.ParseFrom(Sample.ToMessage().ToByteArray()).ToHello();

        Assert.Equal(Sample with { Epochs = read.Epochs }, read);
        Assert.Equal(Sample.Epochs.Rows.AsEnumerable(), read.Epochs.Rows);
    }

    [Fact]
    public void An_acknowledgement_a_heartbeat_and_frames_come_as_they_were_said()
    {
        var acknowledgement = new Acknowledgement(9, 8, 7, 6);
        var heartbeat = new StreamHeartbeat(5, 9, 12345, TimeSpan.FromMilliseconds(77));
        var frames = new StreamFrames(3, 4, 2, Continued: true, new byte[] { 1, 2, 3 });

        Assert.Equal(acknowledgement, FollowRequest.Parser.ParseFrom(acknowledgement.ToMessage().ToByteArray()).ToAcknowledgement());
        Assert.Equal(heartbeat, Read(heartbeat.ToMessage()).Heartbeat.ToHeartbeat());
        var full = heartbeat with { Path = Path, BytesBehind = 0 };
        Assert.Equal(full, Read(full.ToMessage()).Heartbeat.ToHeartbeat());
        var read = Read(frames.ToMessage()).Frames.ToFrames();
        Assert.Equal(frames with { Data = read.Data }, read);
        Assert.Equal(frames.Data.ToArray(), read.Data.ToArray());
    }

    [Fact]
    public void A_path_comes_as_it_was_said_and_one_that_is_none_is_refused()
    {
        var resume = FollowMap.Resume(new FollowAnswer.Resume(13), new HistoryId(7), new EpochRow(new Epoch(2), 22, 9, 5), 12, "http://primary", Path);
        Assert.Equal(Path, Read(resume).Resume.Path.ToPath());
        Assert.Null(new Resume().Path.ToPath());

        Assert.All<ulong[]>([[], [1, 0], [1, 2, 1], [.. Enumerable.Range(1, UpstreamPath.MaxNodes + 1).Select(node => (ulong)node)]], nodes =>
            Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => new DataPath { Nodes = { nodes } }.ToPath()).StatusCode));
    }

    [Fact]
    public void A_report_of_nodes_below_comes_as_it_was_said()
    {
        DownstreamNode[] nodes =
        [
            new(3, "Größe", "http://three", Core.Following.FollowerState.Streaming, 8, 7, 2, TimeSpan.Zero),
            new(ulong.MaxValue, "", "", Core.Following.FollowerState.Bootstrapping, 0, 0, 3, TimeSpan.FromSeconds(9)),
            new(5, new string('n', DownstreamNode.MaxTextLength), "", Core.Following.FollowerState.CatchingUp, long.MaxValue, 1, 3, TimeSpan.FromSeconds(1)),
        ];

        Assert.Equal(nodes, ReportOf(nodes)!.Value.AsEnumerable());
        Assert.Equal([], ReportOf()!.Value.AsEnumerable());
        Assert.Null(FollowRequest.Parser.ParseFrom(new Acknowledgement(9, 8, 7, 6).ToMessage().ToByteArray()).ToAcknowledgement().Below);
    }

    [Fact]
    public void A_report_beyond_its_bounds_is_refused()
    {
        var node = new DownstreamNode(3, "", "", Core.Following.FollowerState.Streaming, 8, 7, 2, TimeSpan.Zero);

        Assert.NotNull(ReportOf([.. Enumerable.Repeat(node, DownstreamTree.MaxNodes)]));
        Assert.All<DownstreamNode[]>(
            [[.. Enumerable.Repeat(node, DownstreamTree.MaxNodes + 1)], [node with { NodeId = 0 }], [node with { NodeName = new string('n', 256) }], [node with { Address = new string('n', 256) }], [node with { Durable = -1 }]],
            nodes => Assert.Throws<RpcException>(() => ReportOf(nodes)));
    }

    [Fact]
    public void Every_reason_of_a_refusal_comes_as_it_was_said() => Assert.All(Enum.GetValues<RefusalReason>(), reason =>
        Assert.Equal(new FollowAnswer.Refused(reason, "why"), Read(new FollowAnswer.Refused(reason, "why").ToMessage()).ToAnswer(1)));

    [Theory]
    [MemberData(nameof(Responses))]
    public void A38_No_changed_bit_of_a_response_is_believed(string name, FollowResponse response)
    {
        var bytes = response.ToByteArray();
        Assert.Null(Xunit.Record.Exception(() => FollowResponse.Parser.ParseFrom(bytes).ThrowIfChanged(1)));

        AssertEachFlipIsNoticed(name, bytes, changed => FollowResponse.Parser.ParseFrom(changed).ThrowIfChanged(1));
    }

    [Fact]
    public void A38_No_changed_bit_around_frames_is_believed()
    {
        // The frames themselves have their own crc; here they are empty, so every byte is covered by the check.
        var bytes = new StreamFrames(3, 4, 2, Continued: false, ReadOnlyMemory<byte>.Empty).ToMessage().ToByteArray();

        AssertEachFlipIsNoticed("frames", bytes, changed => FollowResponse.Parser.ParseFrom(changed).ThrowIfChanged(1));
    }

    [Fact]
    public void A38_No_changed_bit_of_a_request_is_believed()
    {
        AssertEachFlipIsNoticed("hello", Sample.ToMessage().ToByteArray(), changed => FollowRequest.Parser.ParseFrom(changed).ToHello());
        AssertEachFlipIsNoticed("ack", (new Acknowledgement(9, 8, 7, 6) with { Below = [new(3, "n", "a", Core.Following.FollowerState.Streaming, 8, 7, 2, TimeSpan.FromSeconds(4))] }).ToMessage().ToByteArray(), changed => FollowRequest.Parser.ParseFrom(changed).ToAcknowledgement());
    }

    [Fact]
    public void A_field_that_this_version_does_not_know_does_not_break_the_check()
    {
        // A newer sender: the heartbeat has a field 9, and the check was computed over it.
        var heartbeat = new StreamHeartbeat(5, 9, 1, TimeSpan.Zero).ToMessage().Heartbeat.ToByteArray();
        var newer = FollowResponse.Parser.ParseFrom(ByteString.CopyFrom([0x32, (byte)(heartbeat.Length + 2), .. heartbeat, 0x48, 0x01]));

        var sent = Read(newer.Sealed());

        Assert.Null(Xunit.Record.Exception(() => sent.ThrowIfChanged(1)));
        Assert.Equal(5UL, sent.Heartbeat.CommitIndex);
    }

    private static ImmutableArray<DownstreamNode>? ReportOf(params DownstreamNode[] nodes) =>
        FollowRequest.Parser.ParseFrom((new Acknowledgement(9, 8, 7, 6) with { Below = [.. nodes] }).ToMessage().ToByteArray()).ToAcknowledgement().Below;

    private static FollowResponse Read(FollowResponse response) => FollowResponse.Parser.ParseFrom(response.ToByteArray());

    private static void AssertEachFlipIsNoticed(string name, byte[] bytes, Action<byte[]> read)
    {
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var noticed = Xunit.Record.Exception(() => read(changed));
            Assert.True(noticed is StreamDamagedException or RpcException or InvalidProtocolBufferException, $"{name}: bit {bit} of {bytes.Length * 8}: {noticed?.GetType().Name ?? "believed"}");
        }
    }
}
