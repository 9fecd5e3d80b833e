using Google.Protobuf;
using Grpc.Core;
using Replication.Client.Calls;
using Replication.Client.Commits;
using Replication.Protos.V1;

namespace Replication.Client.Tests;

/// <summary>Streams that end in ways that no library says it knows: each is the end of that stream, and not of the client.</summary>
public sealed class CommitLaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_stream_that_breaks_in_an_unknown_way_leaves_its_commits_unknown_and_the_next_one_gets_on()
    {
        await using var lane = Lane(new Streams(new AggregateException("odd"), null));

        var lost = await Assert.ThrowsAsync<CommitUnknownException>(() => CommitAsync(lane));

        Assert.Contains("odd", lost.Message, StringComparison.Ordinal);
        Assert.Equal(7ul, (await CommitAsync(lane)).Committed.Position.Index);
    }

    [Fact]
    public async Task Commits_for_which_no_stream_can_be_opened_are_told_so_and_the_next_one_gets_on()
    {
        await using var lane = Lane(new Streams(null, new AggregateException("odd")));

        await Assert.ThrowsAsync<NodeUnavailableException>(() => CommitAsync(lane));

        Assert.Equal(7ul, (await CommitAsync(lane)).Committed.Position.Index);
    }

    private static CommitLane Lane(Store.StoreClient store)
    {
        var options = new ReplicationClientOptions();
        return new CommitLane(store, new Failures(options.Address), options);
    }

    private static Task<CommitResponse> CommitAsync(CommitLane lane) => lane.CommitAsync(new CommitRequest(), bytes: 1, Patience, CancellationToken.None);

    /// <summary>A first stream that fails behind its first message, or does not open; those behind it answer.</summary>
    private sealed class Streams(Exception? reading, Exception? opening) : Store.StoreClient
    {
        private int _opened;

        public override AsyncDuplexStreamingCall<CommitStreamRequest, CommitStreamResponse> CommitStream(CallOptions options)
        {
            var isFirst = _opened++ == 0;
            if (isFirst && opening is not null) throw opening;
            var stream = new Stream(isFirst ? reading : null);
            return new(stream, stream, Task.FromResult(new Metadata()), static () => Status.DefaultSuccess, static () => [], stream.End);
        }
    }

    private sealed class Stream(Exception? failure) : IClientStreamWriter<CommitStreamRequest>, IAsyncStreamReader<CommitStreamResponse>
    {
        private readonly System.Threading.Channels.Channel<CommitStreamRequest> _sent = System.Threading.Channels.Channel.CreateUnbounded<CommitStreamRequest>();

        public CommitStreamResponse Current { get; private set; } = new();

        public WriteOptions? WriteOptions { get; set; }

        // The lane fills its message anew for each sending.
        public Task WriteAsync(CommitStreamRequest message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(CommitStreamRequest message, CancellationToken cancellationToken) =>
            _sent.Writer.WriteAsync(CommitStreamRequest.Parser.ParseFrom(message.ToByteArray()), cancellationToken).AsTask();

        public Task CompleteAsync()
        {
            End();
            return Task.CompletedTask;
        }

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await _sent.Reader.WaitToReadAsync(cancellationToken)) return false;
            if (failure is not null) throw failure;
            _sent.Reader.TryRead(out var request);
            Current = new CommitStreamResponse();
            foreach (var item in request!.Items)
                Current.Items.Add(new CommitStreamResponse.Types.Item { Ticket = item.Ticket, Response = new CommitResponse { Committed = new Committed { Position = new Position { Epoch = 1, Index = 7 } } } });
            return true;
        }

        public void End() => _sent.Writer.TryComplete();
    }
}
