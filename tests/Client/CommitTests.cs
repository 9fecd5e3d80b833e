using Replication.Client.Tests.Fake;
using Contract = Replication.Protos.V1;

namespace Replication.Client.Tests;

public sealed class CommitTests
{
    [Fact]
    public async Task A_commit_answers_its_position()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();

        var result = await client.CommitAsync(new Transaction().Put("docs", "a", "1").Put("docs", "b", "2").WithRequestId("r1"u8));

        Assert.True(result.IsCommitted);
        Assert.Equal(new LogPosition(1, 2), result.EnsureCommitted());
        Assert.Equal("r1", Assert.Single(node.Store.Order).RequestId.ToStringUtf8());
        Assert.Equal("2", System.Text.Encoding.UTF8.GetString((await client.GetAsync("docs", "b")).Value.Span));
    }

    [Fact]
    public async Task Many_commits_share_one_stream_and_few_messages_and_keep_their_order()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();

        var commits = Enumerable.Range(0, 2000).Select(i => client.PutAsync("docs", $"k{i}", "0")).ToArray();
        var positions = await Patience.WithinAsync(Task.WhenAll(commits));

        string[] sent = [.. node.Store.Order.Select(request => request.Operations[0].Put.Key.ToStringUtf8())];
        Assert.Equal([.. Enumerable.Range(0, 2000).Select(i => $"k{i}")], sent);
        Assert.Equal([.. Enumerable.Range(2, 2000).Select(i => (ulong)i)], positions.Select(position => position.Index).ToArray());
        Assert.Equal(1, node.Store.Streams);
        Assert.InRange(node.Store.Received.Count, 1, 1999);
        Assert.Equal(0, node.Store.UnaryCommits);
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_is_an_answer_of_a_commit_and_an_error_of_a_put()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        await client.PutAsync("docs", "a", "1");

        var result = await client.CommitAsync(new Transaction().Put("docs", "b", "2").Put("docs", "a", "2", Condition.Absent));
        var thrown = await Assert.ThrowsAsync<CommitRejectedException>(() => client.PutAsync("docs", "a", "2", Condition.Absent));

        Assert.Null(result.Position);
        Assert.Equal(ReplicationErrorCode.PreconditionFailed, result.Rejection?.Code);
        Assert.Equal(1, result.Rejection?.Operation);
        Assert.Equal(0, thrown.Operation);
        Assert.False((await client.GetAsync("docs", "b")).Found);
    }

    [Fact]
    public async Task A_record_that_was_changed_meanwhile_is_not_overwritten()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();
        var first = await client.PutAsync("docs", "a", "1");
        await client.PutAsync("docs", "a", "2", Condition.UnchangedSince(first));

        await Assert.ThrowsAsync<CommitRejectedException>(() => client.DeleteAsync("docs", "a", Condition.UnchangedSince(first)));
    }

    [Theory]
    [InlineData(CommitPath.Stream)]
    [InlineData(CommitPath.Unary)]
    public async Task Input_that_the_node_refuses_is_an_error_with_its_code_and_operation(CommitPath path)
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(options => options with { CommitPath = path });

        var refused = await Assert.ThrowsAsync<ReplicationException>(() => client.CommitAsync(new Transaction().Put("docs", "a", "1").Put("docs", "b", "{")));

        Assert.Equal(ReplicationErrorCode.InvalidJson, refused.Code);
        Assert.Equal(1, refused.Operation);
    }

    [Fact]
    public async Task The_unary_path_opens_no_stream()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client(options => options with { CommitPath = CommitPath.Unary });

        await client.PutAsync("docs", "a", "1");

        Assert.Equal(0, node.Store.Streams);
        Assert.Equal(1, node.Store.UnaryCommits);
    }

    [Fact]
    public async Task A_transaction_larger_than_a_message_travels_as_a_call_of_its_own()
    {
        await using var node = await FakeNode.StartAsync();
        await using var client = node.Client();

        await client.CreateCollectionAsync("blobs", CollectionKind.Bytes);
        await client.PutAsync("blobs", "large", new byte[5 * 1024 * 1024]);

        Assert.Equal(1, node.Store.UnaryCommits);
        Assert.Equal(5 * 1024 * 1024, (await client.GetAsync("blobs", "large")).Value.Length);
    }

    [Fact]
    public async Task A_cancelled_caller_leaves_and_the_stream_stays()
    {
        await using var node = await FakeNode.StartAsync();
        var release = new TaskCompletionSource();
        node.Store.BeforeAnswer = _ => release.Task;
        await using var client = node.Client();
        using var cancellation = new CancellationTokenSource();

        var first = client.PutAsync("docs", "a", "1", cancellation: cancellation.Token);
        await node.Store.NextMessageAsync();
        var second = client.PutAsync("docs", "b", "2", cancellation: CancellationToken.None);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();

        await Patience.WithinAsync(second);
        Assert.Equal(1, node.Store.Streams);
    }

    [Fact]
    public async Task A_commit_that_is_cancelled_before_it_is_sent_never_is()
    {
        await using var node = await FakeNode.StartAsync();
        var release = new TaskCompletionSource();
        node.Store.BeforeAnswer = _ => release.Task;
        await using var client = node.Client(OneAtATime);
        using var cancellation = new CancellationTokenSource();

        var first = client.PutAsync("docs", "a", "1", cancellation: CancellationToken.None);
        await node.Store.NextMessageAsync();
        var second = client.PutAsync("docs", "b", "2", cancellation: cancellation.Token);
        var third = client.PutAsync("docs", "c", "3", cancellation: CancellationToken.None);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        release.SetResult();

        await Patience.WithinAsync(Task.WhenAll(first, third));
        Assert.Equal(["a", "c"], node.Store.Order.Select(request => request.Operations[0].Put.Key.ToStringUtf8()));
    }

    [Fact]
    public async Task Closing_waits_for_commits_under_way_and_takes_no_new_ones()
    {
        await using var node = await FakeNode.StartAsync();
        var release = new TaskCompletionSource();
        node.Store.BeforeAnswer = _ => release.Task;
        var client = node.Client();

        var commit = client.PutAsync("docs", "a", "1");
        await node.Store.NextMessageAsync();
        var closing = client.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.PutAsync("docs", "b", "2"));
        release.SetResult();

        await Patience.WithinAsync(closing);
        Assert.Equal(new LogPosition(1, 2), await commit);
    }

    [Fact]
    public void Codes_and_kinds_have_the_numbers_of_the_contract()
    {
        foreach (var code in Enum.GetValues<Contract.Error.Types.Code>())
            Assert.Equal(code.ToString(), ((ReplicationErrorCode)code).ToString());
        Assert.Equal((int)Contract.CollectionKind.Bytes, (int)CollectionKind.Bytes);
    }

    private static ReplicationClientOptions OneAtATime(ReplicationClientOptions options) =>
        options with { CommitStream = new CommitStreamLimits { MaxInFlight = 1 } };
}
