using Replication.Core.Bootstrapping;

namespace Replication.Core.Tests.Bootstrapping;

public sealed class TransferSlotsTests
{
    private readonly TransferSlots _slots = new(maxNodes: 2);

    [Fact]
    public void So_many_nodes_fetch_at_once_each_with_several_requests_and_one_that_ends_makes_room()
    {
        Assert.Null(_slots.Enter(1, 100, TimeSpan.Zero));
        Assert.Null(_slots.Enter(1, 100, TimeSpan.Zero));
        Assert.Null(_slots.Enter(2, 100, TimeSpan.Zero));
        Assert.NotNull(_slots.Enter(3, 100, TimeSpan.Zero));

        _slots.Leave(1, snapshot: 7, isWhole: true);
        Assert.NotNull(_slots.Enter(3, 100, TimeSpan.Zero));
        _slots.Leave(1, snapshot: 7, isWhole: true);

        Assert.Null(_slots.Enter(3, 100, TimeSpan.Zero));
        Assert.Equal(2, _slots.Nodes);
    }

    [Fact]
    public void What_a_node_gets_of_one_snapshot_counts_once_whether_its_requests_overlap_or_not()
    {
        Assert.False(Request(1, snapshot: 7, isWhole: false));
        Assert.True(Request(1, snapshot: 7, isWhole: true));
        Assert.False(Request(1, snapshot: 7, isWhole: true));
        Assert.True(Request(2, snapshot: 7, isWhole: true));
        Assert.True(Request(1, snapshot: 9, isWhole: true));

        bool Request(ulong node, long snapshot, bool isWhole)
        {
            Assert.Null(_slots.Enter(node, 100, TimeSpan.Zero));
            return _slots.Leave(node, snapshot, isWhole);
        }
    }

    [Fact]
    public void One_node_has_a_bound_of_its_own()
    {
        for (var request = 0; request < TransferSlots.MaxRequests; request++) Assert.Null(_slots.Enter(1, 100, TimeSpan.Zero));

        Assert.Equal(TransferSlots.ShortestWait, _slots.Enter(1, 100, TimeSpan.Zero));
        Assert.Null(_slots.Enter(2, 100, TimeSpan.Zero));
    }

    [Fact]
    public void Who_has_to_wait_is_told_when_the_first_will_have_been_served()
    {
        Assert.Null(_slots.Enter(1, 1_000, TimeSpan.Zero));
        Assert.Null(_slots.Enter(2, 100_000, TimeSpan.Zero));
        _slots.Sent(1, 100, TimeSpan.FromSeconds(1));
        _slots.Sent(2, 100, TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(9), _slots.Enter(3, 1, TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData(100, 99)]
    [InlineData(1_000_000, 1)]
    [InlineData(1_000_000, 0)]
    public void The_wait_is_bounded(long bytes, long sent)
    {
        Assert.Null(_slots.Enter(1, bytes, TimeSpan.Zero));
        Assert.Null(_slots.Enter(2, bytes, TimeSpan.Zero));
        _slots.Sent(1, sent, TimeSpan.FromSeconds(1));

        var wait = _slots.Enter(3, 1, TimeSpan.FromSeconds(1));

        Assert.InRange(wait!.Value, TransferSlots.ShortestWait, TransferSlots.LongestWait);
    }
}
