using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Replication.Protos.V1;
using Replication.Testing;
using Code = Replication.Protos.V1.Error.Types.Code;

namespace Replication.Node.Tests;

/// <summary>Each bad input gets one typed error that says what to do, and nothing is changed. Spoken over raw gRPC, as a foreign client would.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private readonly TestCluster _cluster = new();
    private TestNode _primary = null!;
    private GrpcChannel _channel = null!;
    private Store.StoreClient _store = null!;

    public async Task InitializeAsync()
    {
        _primary = await _cluster.PrimaryAsync(configure: options =>
        {
            options.MaxValueBytes = 10_000;
            options.MaxTransactionBytes = 50_000;
        });
        _channel = GrpcChannel.ForAddress(_primary.Address);
        _store = new Store.StoreClient(_channel);
        await _primary.Client.PutAsync("docs", "k", "1");
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public Task A_value_over_the_limit_is_refused() =>
        RefusesAsync(Put("docs", "k", Digits(10_001)), StatusCode.InvalidArgument, Code.ValueTooLarge, "10000");

    [Fact]
    public async Task A_value_at_the_limit_is_accepted() =>
        Assert.NotNull((await _store.CommitAsync(Put("docs", "k", Digits(10_000)))).Committed);

    [Fact]
    public Task A_transaction_over_the_limit_is_refused()
    {
        var request = new CommitRequest();
        for (var i = 0; i < 6; i++) request.Operations.Add(Put("docs", $"k{i}", Digits(9_000)).Operations[0]);
        return RefusesAsync(request, StatusCode.InvalidArgument, Code.TransactionTooLarge, "Split it");
    }

    [Fact]
    public Task A_transaction_without_operations_is_refused() =>
        RefusesAsync(new CommitRequest(), StatusCode.InvalidArgument, Code.InvalidArgument, "no operations");

    [Fact]
    public Task A_value_that_is_no_json_is_refused() =>
        RefusesAsync(Put("docs", "k", "{\"a\":"u8), StatusCode.InvalidArgument, Code.InvalidJson, "no JSON");

    [Fact]
    public Task A_value_that_is_no_utf8_is_refused() =>
        RefusesAsync(Put("docs", "k", [(byte)'"', 0xC3, 0x28, (byte)'"']), StatusCode.InvalidArgument, Code.InvalidJson, "UTF-8");

    [Fact]
    public Task A_key_that_is_no_utf8_is_refused() =>
        RefusesAsync(Put("docs", [0xFF, 0xFE], "1"u8), StatusCode.InvalidArgument, Code.InvalidKey, "UTF-8");

    [Fact]
    public Task An_empty_key_is_refused() => RefusesAsync(Put("docs", "", "1"u8), StatusCode.InvalidArgument, Code.InvalidKey, "empty");

    [Fact]
    public Task A_key_over_the_limit_is_refused() =>
        RefusesAsync(Put("docs", new string('k', 1025), "1"u8), StatusCode.InvalidArgument, Code.InvalidKey, "1025");

    [Fact]
    public Task A_bad_collection_name_is_refused() =>
        RefusesAsync(Put("Docs!", "k", "1"u8), StatusCode.InvalidArgument, Code.InvalidCollectionName, "a-z");

    [Fact]
    public Task A_delete_in_an_unknown_collection_is_refused()
    {
        var request = new CommitRequest { Operations = { new Operation { Delete = new Delete { Collection = "nope", Key = ByteString.CopyFromUtf8("k") } } } };
        return RefusesAsync(request, StatusCode.NotFound, Code.UnknownCollection, "nope");
    }

    [Fact]
    public async Task A_read_of_an_unknown_collection_is_refused()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await _store.GetAsync(new GetRequest { Collection = "nope", Key = ByteString.CopyFromUtf8("k") }));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal(Code.UnknownCollection, DetailOf(failure).Code);
    }

    [Fact]
    public async Task A_failed_precondition_is_an_answer_and_changes_nothing()
    {
        var before = _primary.Database.State;
        var request = Put("docs", "k", "2"u8);
        request.Operations[0].Precondition = new Precondition { Absent = true };
        request.Operations.Add(Put("other", "k", "3"u8).Operations[0]);

        var response = await _store.CommitAsync(request);

        Assert.Equal(Code.PreconditionFailed, response.Rejected.Code);
        Assert.True(response.Rejected.HasOperation);
        Assert.Equal(before.Digest, _primary.Database.State.Digest);
        Assert.Equal(before.Position, _primary.Database.State.Position);
    }

    [Fact]
    public async Task A_commit_sent_to_a_replica_is_told_where_the_primary_is()
    {
        var replica = await _cluster.ReplicaAsync(_primary);
        await TestCluster.WaitForCaughtUpAsync(replica, _primary);
        using var channel = GrpcChannel.ForAddress(replica.Address);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await new Store.StoreClient(channel).CommitAsync(Put("docs", "k", "2"u8)));

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal(Code.NotPrimary, DetailOf(failure).Code);
        Assert.Equal(_primary.Node.Address, DetailOf(failure).Primary);
    }

    [Fact]
    public async Task One_bad_item_of_a_stream_fails_alone()
    {
        using var stream = _store.CommitStream();
        var message = new CommitStreamRequest
        {
            Items =
            {
                new CommitStreamRequest.Types.Item { Ticket = 1, Request = Put("docs", "a", "1"u8) },
                new CommitStreamRequest.Types.Item { Ticket = 2, Request = Put("docs", "", "1"u8) },
                new CommitStreamRequest.Types.Item { Ticket = 3, Request = new CommitRequest { Operations = { new Operation() } } },
                new CommitStreamRequest.Types.Item { Ticket = 4, Request = Put("docs", "b", "1"u8) },
            },
        };
        await stream.RequestStream.WriteAsync(message);
        await stream.RequestStream.CompleteAsync();

        var answers = new List<CommitStreamResponse.Types.Item>();
        while (await stream.ResponseStream.MoveNext(CancellationToken.None)) answers.AddRange(stream.ResponseStream.Current.Items);

        Assert.Equal([1, 2, 3, 4], answers.Select(answer => (int)answer.Ticket));
        Assert.Equal(Code.InvalidKey, answers[1].Error.Code);
        Assert.Equal(Code.InvalidArgument, answers[2].Error.Code);
        Assert.Equal(answers[0].Response.Committed.Position.Index + 1, answers[3].Response.Committed.Position.Index);
    }

    [Fact]
    public async Task A_read_waits_for_a_position_and_says_when_it_does_not_come()
    {
        var behind = new GetRequest
        {
            Collection = "docs",
            Key = ByteString.CopyFromUtf8("k"),
            Require = new ReadRequirement { AtLeast = new Position { Epoch = 1, Index = 1_000 }, WaitMillis = 50 },
        };

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await _store.GetAsync(behind));

        Assert.Equal(Code.TooStale, DetailOf(failure).Code);
        Assert.Equal((ulong)_primary.Database.State.Index, DetailOf(failure).Index);
    }

    [Fact]
    public async Task A_read_at_a_position_of_another_reign_is_refused()
    {
        var foreign = new GetRequest
        {
            Collection = "docs",
            Key = ByteString.CopyFromUtf8("k"),
            Require = new ReadRequirement { AtLeast = new Position { Epoch = 7, Index = 2 } },
        };

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await _store.GetAsync(foreign));

        Assert.Equal(Code.OtherHistory, DetailOf(failure).Code);
    }

    [Fact]
    public async Task A_compressed_message_is_not_accepted()
    {
        var options = new CallOptions(new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await _store.CommitAsync(Put("docs", "k", Digits(9_000)), options));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    private static CommitRequest Put(string collection, string key, ReadOnlySpan<byte> value) => Put(collection, System.Text.Encoding.UTF8.GetBytes(key), value);

    private static CommitRequest Put(string collection, byte[] key, ReadOnlySpan<byte> value) => new()
    {
        Operations = { new Operation { Put = new Put { Collection = collection, Key = ByteString.CopyFrom(key), Value = ByteString.CopyFrom(value) } } },
    };

    private static byte[] Digits(int length)
    {
        var digits = new byte[length];
        Array.Fill(digits, (byte)'1');
        return digits;
    }

    private static Error DetailOf(RpcException failure) => Error.Parser.ParseFrom(failure.Trailers.GetValueBytes("replication-error-bin"));

    private async Task RefusesAsync(CommitRequest request, StatusCode status, Code code, string says)
    {
        var before = _primary.Database.State;

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await _store.CommitAsync(request));

        Assert.Equal(status, failure.StatusCode);
        Assert.Equal(code, DetailOf(failure).Code);
        Assert.Contains(says, failure.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before.Digest, _primary.Database.State.Digest);
        Assert.Equal(before.Position, _primary.Database.State.Position);
    }
}
