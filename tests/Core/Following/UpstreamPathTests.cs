using Replication.Core.Following;

namespace Replication.Core.Tests.Following;

public sealed class UpstreamPathTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_path_of_a_follower_begins_with_itself_and_tells_whether_a_primary_is_at_its_end()
    {
        Assert.Equal([3, 2, 1], UpstreamPath.OfPrimary(1).Below(2).Below(3).Nodes.ToArray());
        Assert.True(UpstreamPath.OfPrimary(1).Below(2).IsFromPrimary);
        Assert.False(UpstreamPath.OfNobodysFollower(1).Below(2).IsFromPrimary);
        Assert.NotEqual(UpstreamPath.OfPrimary(1), UpstreamPath.OfNobodysFollower(1));
        Assert.Equal("0000000000000002 → 0000000000000001", UpstreamPath.OfPrimary(1).Below(2).ToString());
    }

    [Fact]
    public void Whoever_is_in_a_path_must_not_follow_the_node_whose_path_it_is()
    {
        var path = UpstreamPath.FromNodes([3, 2, 1], isFromPrimary: true)!;

        Assert.Contains("cannot follow itself", path.ObjectionTo(3), StringComparison.Ordinal);
        Assert.All([2UL, 1UL], node => Assert.Contains("loop", path.ObjectionTo(node), StringComparison.Ordinal));
        Assert.Null(path.ObjectionTo(4));
        Assert.Throws<ArgumentException>(() => path.Below(1));
    }

    [Fact]
    public void A_chain_is_no_longer_than_its_limit()
    {
        var path = UpstreamPath.OfPrimary(1);
        for (ulong node = 2; node <= UpstreamPath.MaxNodes; node++) path = path.Below(node);

        Assert.Equal(path, UpstreamPath.FromNodes(path.Nodes, isFromPrimary: true));
        Assert.Contains("64 nodes", path.ObjectionTo(UpstreamPath.MaxNodes + 1), StringComparison.Ordinal);
        Assert.Null(UpstreamPath.FromNodes(path.Nodes.Add(UpstreamPath.MaxNodes + 1), isFromPrimary: true));
    }

    [Fact]
    public void Nodes_that_are_no_path_make_none()
    {
        Assert.Null(UpstreamPath.FromNodes([], isFromPrimary: true));
        Assert.Null(UpstreamPath.FromNodes([1, 0], isFromPrimary: true));
        Assert.Null(UpstreamPath.FromNodes([1, 2, 1], isFromPrimary: true));
    }

    [Fact]
    public void A_replica_has_its_upstreams_path_above_its_own_while_it_follows()
    {
        var followed = new FollowedPath(9, hasOthers: false);
        Assert.Equal(UpstreamPath.OfNobodysFollower(9), followed.Current);

        Assert.Null(followed.Take(UpstreamPath.OfPrimary(1).Below(2), Second));
        Assert.Equal([9, 2, 1], followed.Current.Nodes.ToArray());
        Assert.Null(followed.Take(null, Second));
        Assert.Equal([9, 2, 1], followed.Current.Nodes.ToArray());
        Assert.NotNull(followed.Take(UpstreamPath.OfPrimary(9).Below(2), Second));
        followed.Leave();

        Assert.Equal(UpstreamPath.OfNobodysFollower(9), followed.Current);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_upstream_that_has_had_no_primary_above_it_for_long_is_left_when_there_are_others(bool hasOthers)
    {
        var followed = new FollowedPath(9, hasOthers);
        var adrift = UpstreamPath.OfNobodysFollower(2);

        Assert.Null(followed.Take(adrift, Second));
        Assert.Null(followed.Take(adrift, FollowedPath.AdriftPatience));
        Assert.Equal(hasOthers, followed.Take(adrift, Second + FollowedPath.AdriftPatience) is not null);

        // One that came back from a primary meanwhile begins its time anew.
        followed.Leave();
        Assert.Null(followed.Take(adrift, Second));
        Assert.Null(followed.Take(UpstreamPath.OfPrimary(1).Below(2), Second * 2));
        Assert.Null(followed.Take(adrift, FollowedPath.AdriftPatience));
        Assert.Null(followed.Take(adrift, Second + FollowedPath.AdriftPatience));
    }
}
