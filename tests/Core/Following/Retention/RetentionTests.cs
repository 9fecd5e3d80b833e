using System.Text;
using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Following.Retention;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Following.Retention;

/// <summary>A log of 1,000 entries of 100 bytes each, and what the followers still need of it.</summary>
public sealed class RetentionTests
{
    private const long End = 1_000;
    private static readonly RetentionLimits Limits = new(50_000, TimeSpan.FromHours(24));

    private readonly FollowerTable<string> _table = new();

    [Fact]
    public void Without_followers_nothing_is_needed() => Assert.Equal(End + 1, Needs(TimeSpan.Zero).LogFrom);

    [Fact]
    public void The_log_is_needed_from_behind_what_the_last_follower_within_its_budget_has()
    {
        Follow(1, has: 900);
        Follow(2, has: 700);

        Assert.Equal(701, Needs(TimeSpan.Zero).LogFrom);
    }

    [Fact]
    public void A29_A_follower_past_its_bytes_is_dropped_and_holds_nothing_back()
    {
        Follow(1, has: 900);
        Follow(2, has: 400);

        Assert.Equal(901, Needs(TimeSpan.Zero).LogFrom);
        Assert.True(Forecast(2, TimeSpan.Zero).IsDropped);
        Assert.Equal(40_000, Forecast(1, TimeSpan.Zero).BytesLeft);
    }

    [Fact]
    public void A_follower_that_is_away_is_dropped_when_its_time_is_over_and_one_with_a_session_is_not()
    {
        Follow(1, has: 900);
        Follow(2, has: 950);
        _table.Close("session 1", 1);

        Assert.Equal(901, Needs(TimeSpan.FromHours(23)).LogFrom);
        Assert.Equal(TimeSpan.FromHours(1), Forecast(1, TimeSpan.FromHours(23)).TimeLeft);
        Assert.Equal(951, Needs(TimeSpan.FromHours(24)).LogFrom);
        Assert.Null(Forecast(2, TimeSpan.FromHours(24)).TimeLeft);
    }

    [Fact]
    public void An_offered_snapshot_and_the_log_behind_it_are_held_until_nobody_has_asked_for_it_for_too_long()
    {
        var follower = _table.Open("session", Hello(1, 0), new FollowAnswer.NeedSnapshot(), TimeSpan.Zero, out _)!;
        _table.Offer(follower, 800, TimeSpan.Zero);
        _table.Close("session", 1);

        Assert.Equal(800, Assert.Single(Needs(TimeSpan.FromMinutes(1)).Snapshots));
        Assert.Equal(801, Needs(TimeSpan.FromMinutes(1)).LogFrom);
        _table.Fetches(1, 800, TimeSpan.FromMinutes(1));
        Assert.Equal(800, Assert.Single(Needs(TimeSpan.FromMinutes(2.5)).Snapshots));

        Assert.Empty(Needs(TimeSpan.FromMinutes(3)).Snapshots);
    }

    [Fact]
    public void A_bootstrap_whose_log_streams_beside_it_needs_its_snapshot_and_no_log_before_what_it_has()
    {
        var follower = _table.Open("session", Hello(1, 900) with { Fetching = new LogPosition(new Epoch(1), 800) }, new FollowAnswer.Resume(901), TimeSpan.Zero, out _)!;
        Assert.Equal(FollowerState.Bootstrapping, follower.State);
        Acknowledge(follower, 950, new TransferProgress(10, 100), TimeSpan.FromMinutes(10));

        Assert.Equal(800, Assert.Single(Needs(TimeSpan.FromMinutes(11)).Snapshots));
        Assert.Equal(951, Needs(TimeSpan.FromMinutes(11)).LogFrom);
        Acknowledge(follower, 960, TransferProgress.None, TimeSpan.FromMinutes(12));

        Assert.Empty(Needs(TimeSpan.FromMinutes(12)).Snapshots);
        Assert.Equal(FollowerState.Streaming, follower.State);
    }

    [Fact]
    public void A_snapshot_is_held_for_a_node_that_follows_another_one()
    {
        _table.Fetches(77, 800, TimeSpan.Zero);

        Assert.Equal(800, Assert.Single(Needs(TimeSpan.FromMinutes(1)).Snapshots));
        Assert.Empty(_table.Followers);
    }

    [Fact]
    public void Nodes_without_number_hold_the_few_snapshots_that_were_heard_of_last()
    {
        for (var node = 1; node <= SnapshotPins.MaxPins + 5; node++) _table.Fetches((ulong)node, node % 100, TimeSpan.FromSeconds(node / 100.0));

        Assert.Equal([26L, 27L, 28L, 29L], Needs(TimeSpan.FromSeconds(20)).Snapshots.AsEnumerable());
        Assert.Equal(4, SnapshotPins.MaxSnapshots);
    }

    [Fact]
    public void Invented_nodes_do_not_push_out_the_snapshot_of_a_follower()
    {
        var follower = _table.Open("session", Hello(1, 0), new FollowAnswer.NeedSnapshot(), TimeSpan.Zero, out _)!;
        _table.Offer(follower, 300, TimeSpan.Zero);
        _table.Close("session", 1);
        // It fetches without a session until its chunks are there.
        _table.Fetches(1, 300, TimeSpan.FromSeconds(1));

        for (var node = 2; node <= SnapshotPins.MaxPins + 5; node++) _table.Fetches((ulong)node, 400 + (node % 7), TimeSpan.FromSeconds(2 + (node / 100.0)));

        var held = Needs(TimeSpan.FromSeconds(30)).Snapshots;
        Assert.Equal(SnapshotPins.MaxSnapshots, held.Length);
        Assert.Equal(300, held[0]);
        Assert.DoesNotContain(300, Needs(TimeSpan.FromSeconds(1) + RetentionLimits.SnapshotPatience).Snapshots);
    }

    [Fact]
    public void A_replica_that_was_away_for_too_long_is_forgotten_whether_it_had_anything_or_not_and_one_with_a_session_is_not()
    {
        Follow(1, has: 900);
        Follow(2, has: 0);
        Follow(3, has: 900);
        Follow(4, has: 400);
        foreach (var node in (ulong[])[1, 2, 4]) _table.Close(string.Intern($"session {node}"), node);

        Needs(Limits.Time - TimeSpan.FromTicks(1));
        Assert.Equal(4, _table.Followers.Count());
        Assert.True(Forecast(4, TimeSpan.Zero).IsDropped);
        Needs(Limits.Time);

        Assert.Equal(3UL, Assert.Single(_table.Followers).Hello.NodeId);
    }

    [Fact]
    public void A_tail_holds_nothing_back_and_is_forgotten_when_it_leaves()
    {
        _table.Open("tail", Hello(1, 500) with { Kind = FollowerKind.Tail }, new FollowAnswer.Resume(501), TimeSpan.Zero, out _);

        Assert.Equal(End + 1, Needs(TimeSpan.Zero).LogFrom);
        Assert.Empty(_table.Register(TimeSpan.Zero, 0));
        _table.Close("tail", 1);

        Assert.Empty(_table.Followers);
    }

    [Fact]
    public void What_followers_report_of_nodes_below_them_holds_nothing_back_and_is_no_follower()
    {
        Follow(1, has: 900);
        var reporter = _table.Followers.Single();
        var far = new DownstreamNode(2, "far", "", FollowerState.CatchingUp, Durable: 10, Applied: 10, UpstreamId: 1, TimeSpan.Zero);
        Assert.Null(reporter.Acknowledge(new Acknowledgement(900, 900, 900, 1) { Below = [far] }, sentIndex: 900, End, TimeSpan.Zero));
        Assert.Equal([1UL, 2UL], DownstreamTree.Of(99, _table.Followers, TimeSpan.Zero).Select(node => node.NodeId));

        Assert.Equal(901, Needs(TimeSpan.Zero).LogFrom);
        Assert.Equal(1UL, Assert.Single(_table.Register(TimeSpan.Zero, 0)).NodeId);
        // Whatever is counted of followers, a quorum as well, is counted of these.
        Assert.Same(reporter, Assert.Single(_table.Followers));
        Assert.False(_table.IsOpen("session 1", 2));
    }

    [Fact]
    public void A29_The_register_survives_a_restart()
    {
        const long minute = 60_000_000;
        Follow(1, has: 900);
        Follow(2, has: 700);
        var bytes = FollowerRegister.ToBytes(_table.Register(TimeSpan.FromMinutes(10), 100 * minute));

        var after = new FollowerTable<string>();
        after.Restore(FollowerRegister.FromBytes(bytes)!.Value, TimeSpan.Zero, 100 * minute + (23 * 60 * minute));

        Assert.Equal([(1UL, 900L), (2UL, 700L)], after.Followers.Select(follower => (follower.Hello.NodeId, follower.Has)).Order());
        Assert.Equal(701, after.Needs(End, Behind, Limits, TimeSpan.Zero).LogFrom);
        Assert.Equal(End + 1, after.Needs(End, Behind, Limits, TimeSpan.FromHours(1)).LogFrom);
    }

    [Fact]
    public void No_changed_byte_of_the_register_is_believed()
    {
        var bytes = FollowerRegister.ToBytes([new RegisteredFollower(7, "Größe 1", 12, 34)]);
        Assert.Equal([new RegisteredFollower(7, "Größe 1", 12, 34)], FollowerRegister.FromBytes(bytes)!.Value.AsEnumerable());

        for (var i = 0; i < bytes.Length - 1; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x04;
            Assert.True(FollowerRegister.FromBytes(changed) is null, $"byte {i}: {Encoding.ASCII.GetString(changed)}");
            Assert.Null(FollowerRegister.FromBytes(bytes.AsSpan(0, i)));
        }
    }

    private static long Behind(long index) => (End - index) * 100;

    private void Acknowledge(FollowerProgress follower, long index, TransferProgress transfer, TimeSpan now)
    {
        Assert.Null(follower.Acknowledge(new Acknowledgement(index, index, 0, 1, transfer), sentIndex: index, durableHere: index, now));
        _table.Acknowledged(follower, now);
    }

    private static Hello Hello(ulong node, long has) => new(
        1, 1, new HistoryId(7), node, $"replica-{node}", "", 1, node, FollowerKind.Reader,
        EpochTable.FromRows([new EpochRow(new Epoch(1), 11, 1, 0)]), new LogPosition(new Epoch(has == 0 ? 0u : 1u), has), 0);

    private FollowerNeeds Needs(TimeSpan now) => _table.Needs(End, Behind, Limits, now);

    private RetentionForecast Forecast(ulong node, TimeSpan now) =>
        _table.Forecast(_table.Followers.Single(follower => follower.Hello.NodeId == node), Behind, Limits, now)!.Value;

    private void Follow(ulong node, long has) => _table.Open(string.Intern($"session {node}"), Hello(node, has), new FollowAnswer.Resume(has + 1), TimeSpan.Zero, out _);
}
