using Replication.Core.Following;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Following;

public sealed class HandshakeTests
{
    private static readonly HistoryId History = new(7);
    private static readonly EpochTable Upstream = EpochTable.FromRows(
        [new EpochRow(new Epoch(1), 11, 1, 0), new EpochRow(new Epoch(2), 22, 101, 0xAA), new EpochRow(new Epoch(4), 44, 201, 0xBB)]);
    private static readonly UpstreamPath Path = UpstreamPath.FromNodes([1, 7, 8], isFromPrimary: true)!;

    [Fact]
    public void A_replica_whose_history_is_a_prefix_goes_on_behind_its_end() =>
        Assert.Equal(new FollowAnswer.Resume(151), Answer(At(2, 150)));

    [Fact]
    public void A_replica_at_the_end_goes_on_there() => Assert.Equal(new FollowAnswer.Resume(301), Answer(At(4, 300)));

    [Fact]
    public void A_replica_without_data_begins_from_a_snapshot() =>
        Assert.IsType<FollowAnswer.NeedSnapshot>(Answer(At(0, 0) with { History = HistoryId.None, Epochs = EpochTable.Empty }));

    [Fact]
    public void A_replica_whose_next_entry_is_gone_begins_from_a_snapshot() =>
        Assert.IsType<FollowAnswer.NeedSnapshot>(Answer(At(1, 40), firstIndex: 50, crc: null));

    [Fact]
    public void A_replica_whose_next_entry_is_the_first_kept_one_goes_on() =>
        Assert.Equal(new FollowAnswer.Resume(50), Answer(At(1, 49), firstIndex: 50));

    [Fact]
    public void A39_A_replica_of_another_history_is_refused() =>
        Assert.Equal(RefusalReason.OtherHistory, Refusal(At(2, 150) with { History = new HistoryId(8) }));

    [Fact]
    public void A_replica_that_went_on_in_an_older_reign_has_parted_at_the_end_of_that_reign() =>
        Assert.Equal(new FollowAnswer.Diverged(Position(2, 200)), Answer(At(2, 230) with { Epochs = Upstream.UpTo(150) }));

    [Fact]
    public void A_rival_reign_of_the_same_number_has_parted_before_it()
    {
        var rival = EpochTable.FromRows([Upstream.Rows[0], Upstream.Rows[1], Upstream.Rows[2] with { ReignId = 45 }]);

        Assert.Equal(new FollowAnswer.Diverged(Position(2, 200)), Answer(At(4, 300) with { Epochs = rival }));
    }

    [Fact]
    public void An_upstream_that_only_has_less_does_not_let_the_replica_cut_its_log()
    {
        Assert.Equal(RefusalReason.Behind, Refusal(At(4, 301)));
        Assert.Equal(RefusalReason.Behind, Refusal(At(5, 400) with { Epochs = Upstream.With(new EpochRow(new Epoch(5), 55, 350, 0xCC)) }));
    }

    [Fact]
    public void An_upstream_that_went_on_in_another_reign_is_not_taken_for_one_that_has_less()
    {
        var other = EpochTable.FromRows([Upstream.Rows[0], Upstream.Rows[1]]);

        Assert.Equal(new FollowAnswer.Diverged(Position(2, 200)), Answer(At(2, 400) with { Epochs = other }));
    }

    [Fact]
    public void Equal_reigns_with_other_bytes_are_damage() => Assert.Equal(RefusalReason.Damaged, Refusal(At(2, 150) with { DurableCrc = 6 }));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_node_cannot_follow_itself_and_none_that_follows_it(ulong node) => Assert.Equal(RefusalReason.Loop, Refusal(At(2, 150) with { NodeId = node }));

    [Fact]
    public void A_loop_is_refused_before_anything_is_fetched_for_it() =>
        Assert.Equal(RefusalReason.Loop, Refusal(At(0, 0) with { NodeId = 8, History = HistoryId.None, Epochs = EpochTable.Empty }));

    [Fact]
    public void A89_A_newer_replica_that_still_speaks_this_version_is_served_in_it() =>
        Assert.Equal(new FollowAnswer.Resume(151) { ProtocolVersion = 1 }, Answer(At(2, 150) with { ProtocolVersion = 3, OldestProtocolVersion = 1, NewestEntryKind = 99 }));

    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(1, 3, 2, 5, 3)]
    [InlineData(2, 5, 1, 3, 3)]
    [InlineData(1, 9, 4, 4, 4)]
    [InlineData(1, 2, 3, 4, null)]
    [InlineData(3, 4, 1, 2, null)]
    [InlineData(1, 1, 0, 0, null)]
    [InlineData(1, 1, 5, 1, null)]
    public void Two_nodes_agree_on_the_newest_version_that_both_speak(int oldest, int newest, int otherOldest, int otherNewest, int? agreed)
    {
        Assert.Equal(agreed, new ProtocolVersions(oldest, newest).AgreeWith(new ProtocolVersions(otherOldest, otherNewest)));
        Assert.Equal(agreed, new ProtocolVersions(otherOldest, otherNewest).AgreeWith(new ProtocolVersions(oldest, newest)));
    }

    [Fact]
    public void Another_protocol_version_and_an_older_log_format_are_refused()
    {
        Assert.Equal(RefusalReason.UnsupportedVersion, Refusal(At(2, 150) with { ProtocolVersion = 3, OldestProtocolVersion = 2 }));
        Assert.Equal(RefusalReason.UnsupportedVersion, Refusal(At(2, 150) with { ProtocolVersion = 0, OldestProtocolVersion = 0 }));
        Assert.Equal(RefusalReason.UnsupportedVersion, Refusal(At(2, 150) with { LogFormatVersion = 0 }));
    }

    [Fact]
    public void A_hello_without_a_node_or_with_a_position_outside_its_reigns_is_malformed()
    {
        Assert.Equal(RefusalReason.Malformed, Refusal(At(2, 150) with { NodeId = 0 }));
        Assert.Equal(RefusalReason.Malformed, Refusal(At(2, 150) with { Durable = Position(1, 150) }));
    }

    [Fact]
    public void An_upstream_without_data_is_not_ready() =>
        Assert.Equal(RefusalReason.NotReady, Assert.IsType<FollowAnswer.Refused>(Handshake.Answer(At(2, 150), default, UpstreamPath.OfPrimary(1))).Reason);

    private static LogPosition Position(uint epoch, long index) => new(new Epoch(epoch), index);

    private static Hello At(uint epoch, long index) => new(
        Hello.CurrentProtocolVersion, Hello.CurrentLogFormatVersion, History, 2, "replica", "", 1, 1, FollowerKind.Reader, Upstream.UpTo(index), Position(epoch, index), 5);

    private static FollowAnswer Answer(Hello hello, long firstIndex = 1, uint? crc = 5) =>
        Handshake.Answer(hello, new UpstreamView(History, Upstream, firstIndex, 300, crc), Path);

    private static RefusalReason Refusal(Hello hello) => Assert.IsType<FollowAnswer.Refused>(Answer(hello)).Reason;
}
