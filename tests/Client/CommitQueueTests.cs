using Google.Protobuf;
using Replication.Client.Commits;
using Contract = Replication.Protos.V1;

namespace Replication.Client.Tests;

public sealed class CommitQueueTests
{
    private readonly Contract.CommitStreamRequest _message = new();

    [Fact]
    public void Everything_that_waits_goes_into_one_message_in_order()
    {
        var queue = new CommitQueue(new CommitStreamLimits());
        for (var i = 0; i < 100; i++) queue.Add(Request(i), 10);

        Assert.True(queue.Take(_message));

        Assert.Equal(Enumerable.Range(0, 100), _message.Items.Select(NumberOf));
        Assert.Equal(100, _message.Items.Select(item => item.Ticket).Distinct().Count());
        Assert.False(queue.Take(_message));
    }

    [Fact]
    public void A_message_is_bounded_by_its_transactions_and_by_its_bytes()
    {
        var byCount = Filled(new CommitStreamLimits { MaxMessageCommits = 4 }, 6, bytes: 1);
        var byBytes = Filled(new CommitStreamLimits { MaxMessageBytes = 64 * 1024 }, 6, bytes: 30 * 1024);

        Assert.Equal([4, 2], Messages(byCount));
        Assert.Equal([2, 2, 2], Messages(byBytes));
    }

    [Fact]
    public void What_is_under_way_is_bounded_by_transactions_and_by_bytes()
    {
        var byCount = Filled(new CommitStreamLimits { MaxInFlight = 4 }, 6, bytes: 1);
        var byBytes = Filled(new CommitStreamLimits { MaxInFlightBytes = 1024 * 1024 }, 3, bytes: 600 * 1024);

        Assert.Equal([4], Messages(byCount));
        Assert.Equal([1], Messages(byBytes));
        byBytes.Complete(Answer(1));
        Assert.Equal([1], Messages(byBytes));
    }

    [Fact]
    public void A_transaction_larger_than_what_may_be_under_way_goes_alone()
    {
        var queue = Filled(new CommitStreamLimits { MaxInFlightBytes = 1024 * 1024 }, 1, bytes: 2 * 1024 * 1024);

        Assert.Equal([1], Messages(queue));
    }

    [Fact]
    public void A_transaction_that_nobody_waits_for_is_not_sent()
    {
        var queue = new CommitQueue(new CommitStreamLimits());
        var first = queue.Add(Request(0), 10);
        var second = queue.Add(Request(1), 10);

        Assert.False(queue.Abandon(first));
        Assert.True(queue.Take(_message));

        Assert.Equal([1], _message.Items.Select(NumberOf));
        Assert.True(queue.Abandon(second));
        queue.FailSent(static () => new InvalidOperationException("late"));
        Assert.False(second.Answer.IsCompleted);
    }

    [Fact]
    public void A_full_queue_refuses_and_names_the_reason()
    {
        var queue = Filled(new CommitStreamLimits { MaxQueued = 2 }, 2, bytes: 1);

        var refused = Assert.Throws<ReplicationException>(() => queue.Add(Request(2), 1));

        Assert.Equal(ReplicationErrorCode.Busy, refused.Code);
    }

    [Fact]
    public async Task Answers_find_their_callers_by_ticket()
    {
        var queue = new CommitQueue(new CommitStreamLimits());
        var first = queue.Add(Request(0), 10);
        var second = queue.Add(Request(1), 10);
        Assert.True(queue.Take(_message));

        queue.Complete(Answer(second.Item.Ticket));
        queue.Complete(Answer(second.Item.Ticket));

        Assert.Equal(second.Item.Ticket, (await second.Answer).Committed.Position.Index);
        Assert.False(first.Answer.IsCompleted);
    }

    [Fact]
    public async Task A_closed_queue_says_that_nothing_will_come()
    {
        var queue = Filled(new CommitStreamLimits(), 1, bytes: 1);

        queue.Close();

        Assert.True(await queue.WaitForCommitAsync(CancellationToken.None));
        Assert.False(queue.IsFinished);
        Assert.Equal([1], Messages(queue));
        Assert.True(queue.IsFinished);
        Assert.False(await queue.WaitForCommitAsync(CancellationToken.None));
        Assert.Throws<ObjectDisposedException>(() => queue.Add(Request(0), 1));
    }

    private static CommitQueue Filled(CommitStreamLimits limits, int count, int bytes)
    {
        var queue = new CommitQueue(limits.Validated());
        for (var i = 0; i < count; i++) queue.Add(Request(i), bytes);
        return queue;
    }

    private List<int> Messages(CommitQueue queue)
    {
        var counts = new List<int>();
        while (queue.Take(_message)) counts.Add(_message.Items.Count);
        return counts;
    }

    private static Contract.CommitRequest Request(int number) => new() { RequestId = ByteString.CopyFrom((byte)number) };

    private static int NumberOf(Contract.CommitStreamRequest.Types.Item item) => item.Request.RequestId[0];

    private static Contract.CommitStreamResponse.Types.Item Answer(ulong ticket) => new()
    {
        Ticket = ticket,
        Response = new Contract.CommitResponse { Committed = new Contract.Committed { Position = new Contract.Position { Epoch = 1, Index = ticket } } },
    };
}
