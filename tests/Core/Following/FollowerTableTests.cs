using Replication.Core.Following;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Following;

public sealed class FollowerTableTests
{
    private static readonly FollowAnswer Resume = new FollowAnswer.Resume(1);

    private readonly FollowerTable<string> _table = new();

    [Fact]
    public void A_newer_session_of_the_same_run_takes_the_place_of_the_older()
    {
        Assert.NotNull(_table.Open("first", Hello(run: 5, start: 1), Resume, TimeSpan.Zero, out var none));
        Assert.NotNull(_table.Open("second", Hello(run: 5, start: 1), Resume, TimeSpan.Zero, out var replaced));

        Assert.Null(none);
        Assert.Equal("first", replaced);
        Assert.False(_table.IsOpen("first", 2));
        Assert.True(_table.IsOpen("second", 2));
    }

    [Fact]
    public void A_node_that_was_started_again_takes_the_place_of_its_older_run()
    {
        _table.Open("first", Hello(run: 5, start: 1), Resume, TimeSpan.Zero, out _);

        Assert.NotNull(_table.Open("second", Hello(run: 6, start: 2), Resume, TimeSpan.Zero, out var replaced));
        Assert.Equal("first", replaced);
    }

    [Fact]
    public void Two_runs_that_claim_the_same_start_are_both_refused()
    {
        _table.Open("first", Hello(run: 5, start: 1), Resume, TimeSpan.Zero, out _);

        Assert.Null(_table.Open("copy", Hello(run: 6, start: 1), Resume, TimeSpan.Zero, out var ended));

        Assert.Equal("first", ended);
        Assert.False(_table.IsOpen("first", 2) || _table.IsOpen("copy", 2));
        Assert.Equal(FollowerState.Disconnected, Assert.Single(_table.Followers).State);
    }

    [Fact]
    public void The_end_of_a_replaced_session_does_not_close_the_one_in_its_place()
    {
        _table.Open("first", Hello(run: 5, start: 1), Resume, TimeSpan.Zero, out _);
        _table.Open("second", Hello(run: 5, start: 1), Resume, TimeSpan.Zero, out _);

        _table.Close("first", 2);
        Assert.True(_table.IsOpen("second", 2));
        _table.Close("second", 2);

        Assert.False(_table.IsOpen("second", 2));
        Assert.Single(_table.Followers);
    }

    [Fact]
    public void Of_more_replicas_than_the_bound_the_one_heard_of_longest_ago_without_a_session_is_forgotten()
    {
        _table.Open("stays", Hello(run: 5, start: 1), Resume, TimeSpan.Zero, out _);
        for (var node = 0; node < FollowerTable<string>.MaxFollowers + 3; node++)
        {
            _table.Open("invented", Hello(run: 5, start: 1) with { NodeId = 1_000 + (ulong)node }, Resume, TimeSpan.FromSeconds(1 + node), out _);
            _table.Close("invented", 1_000 + (ulong)node);
        }

        var nodes = _table.Followers.Select(follower => follower.Hello.NodeId).ToHashSet();

        Assert.Equal(FollowerTable<string>.MaxFollowers, nodes.Count);
        Assert.True(_table.IsOpen("stays", 2));
        Assert.DoesNotContain(1_003UL, nodes);
        Assert.Contains(1_004UL, nodes);
    }

    private static Hello Hello(ulong run, ulong start) =>
        new(1, 1, new HistoryId(7), 2, "replica", "", start, run, FollowerKind.Reader, EpochTable.Empty, LogPosition.Start, 0);
}
