using System.Collections.Immutable;
using Replication.Core.Following;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Following;

/// <summary>What node 1 shows of the nodes below it, from what its followers report.</summary>
public sealed class DownstreamTests
{
    private const ulong Self = 1;
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);

    private readonly FollowerTable<string> _table = new();

    [Fact]
    public void Followers_come_first_and_then_whoever_is_below_them_each_behind_its_upstream()
    {
        Follow(2, Node(4, via: 2), Node(5, via: 4));
        Follow(3, Node(6, via: 3));

        Assert.Equal([(2UL, Self), (3UL, Self), (4UL, 2UL), (6UL, 3UL), (5UL, 4UL)], Tree());
    }

    [Fact]
    public void A_node_with_a_session_here_is_shown_here_whatever_others_report()
    {
        Follow(2, Node(3, via: 2), Node(4, via: 3));
        Follow(3, Node(4, via: 3));

        Assert.Equal([(2UL, Self), (3UL, Self), (4UL, 3UL)], Tree());
        Assert.Equal([(2UL, Self), (3UL, Self), (4UL, 3UL)], Tree(Now + DownstreamTree.Patience - TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void Nobody_but_this_node_says_who_follows_it()
    {
        Follow(3);
        Follow(2, Node(3, via: Self) with { NodeName = "invented" }, Node(4, via: Self), Node(5, via: 4));

        Assert.Equal([(2UL, Self), (3UL, Self)], Tree());
        Assert.Equal("replica-3", Of(Now).Single(node => node.NodeId == 3).NodeName);
    }

    [Fact]
    public void A_follower_whose_session_ended_is_shown_where_it_is_now()
    {
        Follow(2, Node(3, via: 2));
        Follow(3);

        _table.Close("session 3", 3);

        Assert.Equal([(2UL, Self), (3UL, 2UL)], Tree());
    }

    [Fact]
    public void A_follower_that_was_told_to_begin_from_a_snapshot_and_went_elsewhere_is_shown_where_it_was_heard_of_last()
    {
        _table.Open("session 3", Hello(3), new FollowAnswer.NeedSnapshot(), Now - TimeSpan.FromSeconds(3), out _);
        Follow(2, Node(3, via: 2));
        Assert.Equal([(2UL, Self), (3UL, 2UL)], Tree());

        _table.Fetches(3, 0, Now + TimeSpan.FromSeconds(1));

        Assert.Equal([(2UL, Self), (3UL, Self)], Tree(Now + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Of_two_reports_the_one_counts_that_heard_of_the_node_last()
    {
        Follow(2, Node(4, via: 2, silentSeconds: 3));
        Follow(3, Node(4, via: 3, silentSeconds: 2));

        Assert.Equal([(2UL, Self), (3UL, Self), (4UL, 3UL)], Tree());
    }

    [Fact]
    public void What_a_follower_reported_goes_with_its_session()
    {
        Follow(2, Node(3, via: 2));
        Assert.Equal(2, Tree().Count());

        _table.Close("session 2", 2);
        Assert.Empty(Tree());
        _table.Open("again", Hello(2), new FollowAnswer.Resume(1), Now, out _);

        Assert.Equal([(2UL, Self)], Tree());
    }

    [Fact]
    public void A_report_holds_while_its_sender_acknowledges_and_ages_when_it_does_not()
    {
        Follow(2, Node(3, via: 2, silentSeconds: 1));
        Acknowledge(2, Now + TimeSpan.FromMinutes(1), below: null);

        Assert.Equal(TimeSpan.FromSeconds(1), Of(Now + TimeSpan.FromMinutes(1))[1].Silence);
        Assert.Equal(TimeSpan.FromSeconds(9), Of(Now + TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(8))[1].Silence);
        Assert.Single(Of(Now + TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(9)));
    }

    [Fact]
    public void Whoever_follows_a_node_that_is_not_there_and_this_node_itself_are_not_below()
    {
        Follow(2, Node(4, via: 3), Node(Self, via: 2), Node(5, via: 6), Node(6, via: 5));

        Assert.Equal([(2UL, Self)], Tree());
    }

    [Fact]
    public void A_reader_of_the_log_that_keeps_nothing_is_no_node()
    {
        _table.Open("tail", Hello(2) with { Kind = FollowerKind.Tail }, new FollowAnswer.Resume(1), Now, out _);

        Assert.Empty(Tree());
    }

    [Fact]
    public void There_are_no_more_than_the_bound_and_names_are_cut()
    {
        for (ulong reporter = 2; reporter < 4; reporter++)
            Follow(reporter, [.. Enumerable.Range(0, DownstreamTree.MaxNodes).Select(i => Node((reporter * 1000) + (ulong)i, via: reporter))]);
        _table.Open("long", Hello(9) with { NodeName = new string('a', 300) }, new FollowAnswer.Resume(1), Now, out _);

        var nodes = Of(Now);

        Assert.Equal(DownstreamTree.MaxNodes, nodes.Length);
        Assert.Equal(nodes.Length, nodes.Select(node => node.NodeId).Distinct().Count());
        Assert.Equal([2UL, 3UL, 9UL], nodes.Take(3).Select(node => node.NodeId).Order());
        Assert.Equal(DownstreamNode.MaxTextLength, nodes.Single(node => node.NodeId == 9).NodeName.Length);
    }

    [Fact]
    public void A_replica_reports_only_what_changed_and_at_most_once_a_second()
    {
        var reporter = new DownstreamReporter();
        ImmutableArray<DownstreamNode> nodes = [];
        var looks = 0;
        Assert.Null(Next(0));

        nodes = [Node(3, via: 2)];
        Assert.Null(Next(0.9));
        Assert.Equal(nodes.AsEnumerable(), Next(1)!.Value);
        Assert.Null(Next(2));
        nodes = [nodes[0] with { Silence = TimeSpan.FromSeconds(0.99) }];
        Assert.Null(Next(3));
        nodes = [nodes[0] with { Silence = TimeSpan.FromSeconds(1.99) }];
        Assert.Equal(TimeSpan.FromSeconds(1), Next(4)!.Value[0].Silence);
        nodes = [nodes[0] with { Durable = 9 }];
        Assert.Null(Next(4.5));
        Assert.Equal(9, Next(5)!.Value[0].Durable);
        nodes = [];
        Assert.Empty(Next(6)!.Value);
        Assert.Equal(7, looks);

        ImmutableArray<DownstreamNode>? Next(double seconds) => reporter.Next(
            () =>
            {
                looks++;
                return nodes;
            },
            TimeSpan.FromSeconds(seconds));
    }

    private static Hello Hello(ulong node) => new(1, 1, new HistoryId(7), node, $"replica-{node}", "", 1, node, FollowerKind.Reader, EpochTable.Empty, LogPosition.Start, 0);

    private static DownstreamNode Node(ulong node, ulong via, int silentSeconds = 0) =>
        new(node, $"replica-{node}", "", FollowerState.Streaming, Durable: 5, Applied: 4, via, TimeSpan.FromSeconds(silentSeconds));

    private void Follow(ulong node, params DownstreamNode[] below)
    {
        _table.Open(string.Intern($"session {node}"), Hello(node), new FollowAnswer.Resume(1), Now, out _);
        Acknowledge(node, Now, [.. below]);
    }

    private void Acknowledge(ulong node, TimeSpan now, ImmutableArray<DownstreamNode>? below) =>
        Assert.Null(_table.Followers.Single(follower => follower.Hello.NodeId == node).Acknowledge(new Acknowledgement(0, 0, 0, 1) { Below = below }, 0, 0, now));

    private IEnumerable<(ulong Node, ulong Via)> Tree(TimeSpan? now = null) => Of(now ?? Now).Select(node => (node.NodeId, node.UpstreamId));

    private ImmutableArray<DownstreamNode> Of(TimeSpan now) => DownstreamTree.Of(Self, _table.Followers, now);
}
