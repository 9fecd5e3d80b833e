using Replication.Client.Tests.Fake;
using Contract = Replication.Protos.V1;

namespace Replication.Client.Tests;

/// <summary>Commits whose answer was lost, and how they are asked again.</summary>
public sealed class RetryTests
{
    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_asked_again_under_its_name_and_answered_as_it_was()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(Quick);
        await client.PutAsync("docs", "a", "1");
        var cuts = 1;
        node.Store.CutBehind = _ => cuts-- > 0;

        var position = await Patience.WithinAsync(client.PutAsync("docs", "b", "2", Condition.Absent));

        Assert.Equal(new LogPosition(1, 3), position);
        var sent = node.Store.Order.ToArray();
        Assert.Equal(3, sent.Length);
        Assert.Equal(sent[1], sent[2]);
        Assert.Equal(16, sent[1].RequestId.Length);
        Assert.NotEqual(sent[0].RequestId, sent[1].RequestId);
        Assert.Equal(new Contract.Position { Epoch = 1, Index = 2 }, sent[1].FirstSentAfter);
    }

    [Fact]
    public async Task A_commit_that_was_lost_on_its_way_there_is_executed_once()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(Quick);
        var cuts = 3;
        node.Store.Cut = _ => cuts-- > 0;

        Assert.Equal(new LogPosition(1, 2), await Patience.WithinAsync(client.PutAsync("docs", "a", "1", Condition.Absent)));
        Assert.Equal(4, node.Store.Order.Count);
    }

    [Fact]
    public async Task A_client_that_knows_no_position_says_so_when_it_asks_again()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(Quick);
        var cuts = 2;
        node.Store.Cut = _ => cuts-- > 0;

        await Patience.WithinAsync(client.PutAsync("docs", "a", "1"));

        Assert.Equal([null, new Contract.Position(), new Contract.Position()], node.Store.Order.Select(request => request.FirstSentAfter));
        Assert.Single(node.Store.Order.Select(request => request.RequestId).Distinct());
    }

    [Fact]
    public async Task A_read_tells_the_client_a_position()
    {
        await using var node = await FakeNode.StartAsync();
        await using (var other = node.Client()) await other.PutAsync("docs", "a", "1");
        await using var client = node.Client(Quick);
        await client.GetAsync("docs", "a");

        await client.PutAsync("docs", "a", "2");

        Assert.Equal(new Contract.Position { Epoch = 1, Index = 2 }, node.Store.Order.Last().FirstSentAfter);
    }

    [Fact]
    public async Task Names_come_from_where_the_application_says_and_one_of_its_own_is_kept()
    {
        await using var node = await FakeNode.StartAsync();
        var number = 0;
        await using var client = node.Client(options => Quick(options) with { Retries = Quick(options).Retries with { NewRequestId = () => new[] { (byte)Interlocked.Increment(ref number) } } });
        var twice = new Transaction().Put("docs", "a", "1");

        await client.CommitAsync(twice);
        await client.CommitAsync(twice);
        await client.CommitAsync(new Transaction().Put("docs", "b", "1").WithRequestId("mine"u8, new LogPosition(1, 1)));

        Assert.Equal(["\u0001", "\u0002", "mine"], node.Store.Order.Select(request => request.RequestId.ToStringUtf8()));
        Assert.Equal(new Contract.Position { Epoch = 1, Index = 1 }, node.Store.Order.Last().FirstSentAfter);
        Assert.Equal(new LogPosition(1, 4), (await client.GetAsync("docs", "b")).Written);
    }

    [Fact]
    public async Task Whatever_a_node_refuses_before_it_looks_leaves_the_outcome_open_and_is_asked_again()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(Quick);
        var cuts = 1;
        node.Store.CutBehind = _ => cuts-- > 0;
        var answers = new Queue<Contract.Error?>([null, Error(Contract.Error.Types.Code.DiskFull), Error(Contract.Error.Types.Code.Busy), Error(Contract.Error.Types.Code.ShuttingDown), null]);
        node.Store.Instead = _ => answers.Dequeue();

        Assert.Equal(new LogPosition(1, 2), await Patience.WithinAsync(client.PutAsync("docs", "a", "1", Condition.Absent)));
        Assert.Empty(answers);
    }

    [Theory]
    [InlineData(Contract.Error.Types.Code.CollectionExists, ReplicationErrorCode.CollectionExists)]
    [InlineData(Contract.Error.Types.Code.UnknownCollection, ReplicationErrorCode.UnknownCollection)]
    [InlineData(Contract.Error.Types.Code.InvalidJson, ReplicationErrorCode.InvalidJson)]
    public async Task What_a_node_decides_behind_the_lookup_is_the_answer(Contract.Error.Types.Code code, ReplicationErrorCode expected)
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(Quick);
        var cuts = 1;
        node.Store.Cut = _ => cuts-- > 0;
        node.Store.Instead = _ => Error(code);

        var refused = await Assert.ThrowsAsync<ReplicationException>(() => Patience.WithinAsync(client.PutAsync("docs", "a", "1")));

        Assert.Equal((expected, 2), (refused.Code, node.Store.Order.Count));
    }

    [Fact]
    public async Task A_request_that_was_forgotten_when_it_was_asked_again_is_told_so()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(Quick);
        var cuts = 1;
        node.Store.Cut = _ => cuts-- > 0;
        node.Store.Instead = _ => Error(Contract.Error.Types.Code.Forgotten, 7);

        var forgotten = await Assert.ThrowsAsync<CommitForgottenException>(() => Patience.WithinAsync(client.PutAsync("docs", "a", "1")));

        Assert.Equal((ReplicationErrorCode.Forgotten, new LogPosition(1, 7), 2), (forgotten.Code, forgotten.Newest, node.Store.Order.Count));
    }

    [Fact]
    public async Task A_request_that_was_never_sent_before_goes_on_behind_the_position_that_it_is_told()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(Quick);
        await client.PutAsync("docs", "a", "1");
        node.Store.Instead = request => request.FirstSentAfter is { Index: < 7 } ? Error(Contract.Error.Types.Code.Forgotten, 7) : null;

        await Patience.WithinAsync(client.PutAsync("docs", "a", "2"));
        await client.PutAsync("docs", "a", "3");

        Assert.Equal(["", "2", "7", "7"], node.Store.Order.Select(request => $"{request.FirstSentAfter?.Index}"));
        Assert.Equal(node.Store.Order.ElementAt(1).RequestId, node.Store.Order.ElementAt(2).RequestId);
        var own = new Transaction().Put("docs", "a", "4").WithRequestId("own"u8, new LogPosition(1, 1));
        await Assert.ThrowsAsync<CommitForgottenException>(() => client.CommitAsync(own));
    }

    [Fact]
    public async Task It_is_asked_only_so_often_and_then_unknown()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(options => Quick(options) with { Retries = Quick(options).Retries with { MaxAttempts = 4 } });
        node.Store.Cut = static _ => true;

        await Assert.ThrowsAsync<CommitUnknownException>(() => Patience.WithinAsync(client.PutAsync("docs", "a", "1")));

        Assert.Equal(4, node.Store.Order.Count);
    }

    [Fact]
    public async Task It_is_asked_again_after_a_wait_that_doubles_and_only_within_the_callers_time()
    {
        await using var node = await FakeNode.StartAsync();
        var time = new ManualTime();
        await using var client = node.Client(options => options with
        {
            TimeProvider = time,
            Timeout = TimeSpan.FromSeconds(10),
            Retries = new CommitRetries { FirstDelay = TimeSpan.FromSeconds(1), LongestDelay = TimeSpan.FromSeconds(3) },
        });
        node.Store.Cut = static _ => true;
        var commit = client.PutAsync("docs", "a", "1");

        // Sent at 0, 1, 3, 6 and 9 s; the next time would be at 12.
        foreach (var wait in (int[])[1, 2, 3, 3])
        {
            await node.Store.NextMessageAsync();
            await time.TimerOf(TimeSpan.FromSeconds(wait));
            time.Advance(TimeSpan.FromSeconds(wait));
        }

        await Assert.ThrowsAsync<CommitUnknownException>(() => Patience.WithinAsync(commit));
        Assert.Equal(5, node.Store.Order.Count);
    }

    [Fact]
    public async Task Switched_off_nothing_is_named_or_asked_again()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(static options => options with { Retries = CommitRetries.Off });
        await client.PutAsync("docs", "a", "1");
        node.Store.Cut = static _ => true;

        await Assert.ThrowsAsync<CommitUnknownException>(() => Patience.WithinAsync(client.PutAsync("docs", "a", "1")));

        Assert.Equal(2, node.Store.Order.Count);
        Assert.All(node.Store.Order, request => Assert.True(request.RequestId.IsEmpty && request.FirstSentAfter is null));
    }

    [Fact]
    public async Task A_caller_who_cancels_is_not_asked_for_any_more()
    {
        await using var node = await FakeNode.StartAsync();
        var time = new ManualTime();
        await using var client = node.Client(options => options with { TimeProvider = time });
        node.Store.Cut = static _ => true;
        using var cancellation = new CancellationTokenSource();

        var commit = client.PutAsync("docs", "a", "1", cancellation: cancellation.Token);
        await time.TimerOf(TimeSpan.FromMilliseconds(50));
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Patience.WithinAsync(commit));
        Assert.Single(node.Store.Order);
    }

    [Fact]
    public async Task Drawn_names_differ()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();

        await Patience.WithinAsync(Task.WhenAll(Enumerable.Range(0, 1000).Select(i => client.PutAsync("docs", $"k{i}", "0"))));

        Assert.Equal(1000, node.Store.Order.Select(request => request.RequestId).Where(id => id.Length == 16).Distinct().Count());
    }

    [Fact]
    public void Limits_have_bounds()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CommitRetries { MaxAttempts = 0 }.Validated());
        Assert.Throws<ArgumentOutOfRangeException>(() => new CommitRetries { FirstDelay = TimeSpan.FromSeconds(-1) }.Validated());
        Assert.Throws<ArgumentOutOfRangeException>(() => new CommitRetries { LongestDelay = TimeSpan.FromMinutes(2) }.Validated());
    }

    private static Contract.Error Error(Contract.Error.Types.Code code, ulong index = 0) => new() { Code = code, Message = "Said by the node.", Epoch = 1, Index = index };

    private static ReplicationClientOptions Quick(ReplicationClientOptions options) =>
        options with { Retries = new CommitRetries { FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(5) } };
}
