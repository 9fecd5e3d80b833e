using Grpc.Core;
using Replication.Client.Tests.Fake;
using Contract = Replication.Protos.V1;

namespace Replication.Client.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task When_a_stream_breaks_what_was_sent_is_unknown_and_what_was_not_goes_out_on_the_next()
    {
        await using var node = await FakeNode.StartAsync();
        var release = new TaskCompletionSource();
        node.Store.BeforeAnswer = _ => release.Task;
        node.Store.Cut = static message => message.Items[0].Request.Operations[0].Put.Key.ToStringUtf8() == "first";
        await using var client = node.Client(OneAtATime);

        var first = client.PutAsync("docs", "first", "1");
        await node.Store.NextMessageAsync();
        var second = client.PutAsync("docs", "second", "2");
        release.SetResult();

        var unknown = await Assert.ThrowsAsync<CommitUnknownException>(() => Patience.WithinAsync(first));
        Assert.Contains("at most once", unknown.Message, StringComparison.Ordinal);
        await Patience.WithinAsync(second);
        Assert.Equal(2, node.Store.Streams);
    }

    [Fact]
    public async Task When_the_node_ends_a_stream_in_order_the_next_commit_opens_another()
    {
        await using var node = await FakeNode.StartAsync();
        node.Store.End = static _ => true;
        await using var client = node.Client(OneAtATime);

        for (var i = 0; i < 3; i++) await Patience.WithinAsync(CommitOrTellAsync(client, $"k{i}"));

        Assert.InRange(node.Store.Streams, 2, 3);
    }

    [Fact]
    public async Task A_commit_sent_and_not_answered_in_time_is_unknown_and_one_not_sent_is_known_not_to_be()
    {
        await using var node = await FakeNode.StartAsync();
        var release = new TaskCompletionSource();
        node.Store.BeforeAnswer = _ => release.Task;
        var time = new ManualTime();
        await using var client = node.Client(options => OneAtATime(options) with { TimeProvider = time, Timeout = TimeSpan.FromSeconds(10) });

        var sent = client.PutAsync("docs", "a", "1");
        await node.Store.NextMessageAsync();
        var queued = client.PutAsync("docs", "b", "2");
        Assert.Equal(2, time.Waiting);
        time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<CommitUnknownException>(() => Patience.WithinAsync(sent));
        var notSent = await Assert.ThrowsAsync<NodeUnavailableException>(() => Patience.WithinAsync(queued));
        Assert.Contains("not sent", notSent.Message, StringComparison.Ordinal);
        release.SetResult();
    }

    [Theory]
    [InlineData(CommitPath.Stream)]
    [InlineData(CommitPath.Unary)]
    public async Task Without_a_node_a_commit_is_known_not_to_be_sent(CommitPath path)
    {
        await using var client = new ReplicationClient(new ReplicationClientOptions { Address = new Uri("http://127.0.0.1:1"), CommitPath = path });

        var commit = await Assert.ThrowsAsync<NodeUnavailableException>(() => client.PutAsync("docs", "a", "1"));
        var read = await Assert.ThrowsAsync<NodeUnavailableException>(() => client.GetAsync("docs", "a"));

        Assert.Equal(ReplicationErrorCode.Unavailable, commit.Code);
        Assert.Contains("http://127.0.0.1:1", commit.Message, StringComparison.Ordinal);
        Assert.Contains("No node answers", read.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_found_no_node_finds_it_once_it_is_there()
    {
        await using var gone = await FakeNode.StartAsync();
        await using var client = gone.Client(static options => options with { Retries = CommitRetries.Off });
        await client.PutAsync("docs", "a", "1");

        gone.Store.Cut = static _ => true;
        await Assert.ThrowsAsync<CommitUnknownException>(() => client.PutAsync("docs", "a", "2"));
        gone.Store.Cut = static _ => false;

        await client.PutAsync("docs", "a", "3");
        Assert.True((await client.GetAsync("docs", "a")).Found);
    }

    [Fact]
    public async Task A_stream_that_is_refused_by_a_replica_names_the_primary_and_nothing_is_unknown()
    {
        await using var node = await FakeNode.StartAsync();
        node.Store.Refusal = FakeNode.Failure(
            new Contract.Error { Code = Contract.Error.Types.Code.NotPrimary, Message = "This node is a replica.", Primary = "http://primary:7400", Epoch = 3 }, StatusCode.FailedPrecondition);
        await using var client = node.Client();

        var refused = await Assert.ThrowsAsync<NotPrimaryException>(() => Patience.WithinAsync(client.PutAsync("docs", "a", "1")));

        Assert.Equal("http://primary:7400", refused.Primary);
        Assert.Equal(3u, refused.Epoch);
        Assert.Equal("This node is a replica.", refused.Message);
    }

    [Theory]
    [InlineData(Contract.Error.Types.Code.TooStale, StatusCode.DeadlineExceeded, ReplicationErrorCode.TooStale)]
    [InlineData(Contract.Error.Types.Code.Loading, StatusCode.Unavailable, ReplicationErrorCode.Loading)]
    [InlineData(Contract.Error.Types.Code.Pruned, StatusCode.OutOfRange, ReplicationErrorCode.Pruned)]
    [InlineData(Contract.Error.Types.Code.OtherHistory, StatusCode.FailedPrecondition, ReplicationErrorCode.OtherHistory)]
    [InlineData((Contract.Error.Types.Code)77, StatusCode.Unknown, ReplicationErrorCode.Unspecified)]
    public async Task What_the_node_says_in_the_trailer_becomes_the_error(Contract.Error.Types.Code code, StatusCode status, ReplicationErrorCode expected)
    {
        await using var node = await FakeNode.StartAsync();
        node.Store.BeforeRead = _ => throw FakeNode.Failure(new Contract.Error { Code = code, Message = "Said by the node.", Index = 42 }, status);
        await using var client = node.Client();

        var failure = await Assert.ThrowsAsync<ReplicationException>(() => client.GetAsync("docs", "a"));

        Assert.Equal(expected, failure.Code);
        Assert.Equal("Said by the node.", failure.Message);
        Assert.Equal(42ul, failure.Index);
    }

    [Fact]
    public async Task A_read_that_is_not_answered_in_time_finds_no_node()
    {
        await using var node = await FakeNode.StartAsync();
        var release = new TaskCompletionSource();
        node.Store.BeforeRead = _ => release.Task;
        await using var client = node.Client(options => options with { Timeout = TimeSpan.FromMilliseconds(50) });

        await Assert.ThrowsAsync<NodeUnavailableException>(() => Patience.WithinAsync(client.GetAsync("docs", "a")));
        release.SetResult();
    }

    [Fact]
    public async Task A_cancelled_read_is_cancelled_and_no_failure()
    {
        await using var node = await FakeNode.StartAsync();
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        node.Store.BeforeRead = _ =>
        {
            arrived.TrySetResult();
            return release.Task;
        };
        await using var client = node.Client();
        using var cancellation = new CancellationTokenSource();

        var read = client.GetAsync("docs", "a", cancellation: cancellation.Token);
        await Patience.WithinAsync(arrived.Task);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Patience.WithinAsync(read));
        release.SetResult();
    }

    private static ReplicationClientOptions OneAtATime(ReplicationClientOptions options) =>
        options with { CommitStream = new CommitStreamLimits { MaxInFlight = 1 }, Retries = CommitRetries.Off };

    // The end of a stream may overtake the commit that was written to it meanwhile: then that one is unknown, never lost silently.
    private static async Task<bool> CommitOrTellAsync(ReplicationClient client, string key)
    {
        try
        {
            await client.PutAsync("docs", key, "1");
            return true;
        }
        catch (CommitUnknownException)
        {
            return false;
        }
    }
}
