using Replication.Core.IO;

namespace Replication.Core.Tests.IO;

public sealed class OrderedPipelineTests
{
    private readonly List<int> _drained = [];

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 100)]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(true, 10_000)]
    public void Items_come_out_in_the_order_in_which_they_went_in(bool parallel, int count)
    {
        using var pipeline = new OrderedPipeline<Item>(parallel, item => item.Square = item.Number * item.Number);

        Run(pipeline, count);

        Assert.Equal(Enumerable.Range(0, count).Select(number => number * number), _drained);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_step_that_fails_ends_the_run_at_its_item_and_leaves_no_thread(bool parallel)
    {
        using var pipeline = new OrderedPipeline<Item>(parallel, item => item.Square = item.Number == 50 ? throw new FormatException("fifty") : item.Number);

        var failure = Assert.Throws<FormatException>(() => Run(pipeline, 10_000));

        Assert.Equal("fifty", failure.Message);
        Assert.Equal(Enumerable.Range(0, 50), _drained);
    }

    [Fact]
    public void It_ends_between_two_items_when_it_is_cancelled()
    {
        using var end = new CancellationTokenSource();
        using var pipeline = new OrderedPipeline<Item>(parallel: true, item => item.Square = item.Number);
        var next = 0;

        Assert.Throws<OperationCanceledException>(() => pipeline.Run(
            item =>
            {
                item.Number = next++;
                return true;
            },
            item =>
            {
                _drained.Add(item.Square);
                if (_drained.Count == 20) end.Cancel();
            },
            end.Token));

        Assert.Equal(20, _drained.Count);
    }

    private void Run(OrderedPipeline<Item> pipeline, int count)
    {
        var next = 0;
        pipeline.Run(
            item =>
            {
                item.Number = next;
                return next++ < count;
            },
            item => _drained.Add(item.Square),
            CancellationToken.None);
    }

    /// <summary>Filled, worked on, drained, and filled again.</summary>
    private sealed class Item
    {
        public int Number { get; set; }

        public int Square { get; set; }
    }
}
