using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Replication.Hostile.Tests.Watch;
using Replication.Hostile.Tests.Wire;
using Replication.ProcessKit;
using Replication.Protos.V1;
using Replication.Testing;
using Replication.Wire;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests;

/// <summary>Followers that are none.</summary>
public sealed class FollowerTests(ITestOutputHelper output) : HostileFixture(output)
{
    private const string Large = "large";

    [Fact]
    public async Task A85_thousands_of_followers_with_invented_identities()
    {
        const int connections = 4;
        const int eachConnection = 1_000;
        await using var client = Primary.NewClient();
        var tail = await Tail.AtBeginningAsync(client);
        var replica = await StartAsync("replica", Folder("r"), Primary.Address);
        await using var bystander = Bystander.Of(Primary, replica);
        var hellos = Enumerable.Range(0, connections).Select(_ => Enumerable.Range(0, eachConnection).Select(_ => tail.Next(Hello.Types.Kind.Reader)).ToArray()).ToArray();

        await Task.WhenAll(hellos.Select(async mine =>
        {
            using var channel = GrpcChannel.ForAddress(Primary.Address);
            var feed = new Feed.FeedClient(channel);
            foreach (var hello in mine)
            {
                using var call = feed.Follow();
                await call.RequestStream.WriteAsync(hello);
                Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
                Assert.Equal(FollowResponse.MessageOneofCase.Resume, call.ResponseStream.Current.MessageCase);
            }
        }));

        Output.WriteLine($"{(await client.StatusAsync()).Followers.Count} followers are remembered.");
        await AssertUnharmedAsync(bystander, mostGrowthMiB: 300);
        await AssertReleasedAsync(moreHandles: 60);
    }

    [Fact]
    public async Task A85_acknowledgements_of_what_was_never_sent_end_the_session()
    {
        await using var client = Primary.NewClient();
        var tail = await Tail.AtBeginningAsync(client);
        using var channel = GrpcChannel.ForAddress(Primary.Address);
        var feed = new Feed.FeedClient(channel);
        foreach (var ack in (Ack[])[new() { Received = 1_000_000 }, new() { Received = ulong.MaxValue }, new() { Durable = 1_000, Received = 1 }, new() { Applied = long.MaxValue }])
        {
            using var call = feed.Follow();
            await call.RequestStream.WriteAsync(tail.Next());
            await call.RequestStream.WriteAsync(new FollowRequest { Ack = ack }.Sealed());
            await AssertEndsAsync(call, ack.ToString());
        }
        Assert.True((await client.StatusAsync()).Ready);
    }

    [Fact]
    public async Task A85_introductions_that_make_no_sense_are_refused()
    {
        await using var client = Primary.NewClient();
        var tail = await Tail.AtBeginningAsync(client);
        using var channel = GrpcChannel.ForAddress(Primary.Address);
        var feed = new Feed.FeedClient(channel);
        foreach (var change in (Action<Hello>[])
        [
            hello => hello.NodeName = new string('n', 1_000_000),
            hello => hello.Address = new string('a', 1_000_000),
            hello => hello.HistoryId = ByteString.CopyFromUtf8("no history"),
            hello => hello.NodeId = 0,
            hello => hello.Durable = new Position { Epoch = uint.MaxValue, Index = ulong.MaxValue },
            hello => hello.DurableCrc++,
            hello => hello.Epochs.Add(hello.Epochs[0]),
            hello => hello.ProtocolVersion = 0,
        ])
        {
            using var call = feed.Follow();
            await call.RequestStream.WriteAsync(tail.Next(change: change));
            await AssertEndsAsync(call, "a wrong Hello", mayResume: false);
        }
        Assert.Empty((await client.StatusAsync()).Followers);
        AssertQuiet();
    }

    [Fact]
    public async Task A85_snapshots_that_are_asked_for_and_not_read()
    {
        const int requests = 60;
        await FillAsync(Large, records: 60, bytesEach: 1_000_000);
        await using var client = Primary.NewClient(NodeProcess.Patience);
        var start = await client.LocateAsync(1);
        var snapshot = await client.TakeSnapshotAsync();
        TakeFacts();
        await using var bystander = Bystander.Of(Primary);

        using (var crowd = new Crowd())
        {
            for (ulong node = 1; node <= requests; node++)
            {
                var request = new FetchSnapshotRequest { HistoryId = start.HistoryId, Position = snapshot.Position, NodeId = node };
                request.Chunks.AddRange(Enumerable.Range(0, 10).Select(number => (uint)number));
                await crowd.AddUnreadAsync(Primary.Address, "/replication.v1.Feed/FetchSnapshot", request.ToByteArray(), isStream: false, 1);
            }
            await Watching.ForAsync(TimeSpan.FromSeconds(3));
        }

        await AssertUnharmedAsync(bystander, mostGrowthMiB: 300);
        await AssertReleasedAsync();
    }

    private static async Task AssertEndsAsync(AsyncDuplexStreamingCall<FollowRequest, FollowResponse> call, string why, bool mayResume = true)
    {
        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Eventually.DefaultPatience))
                Assert.True(mayResume || call.ResponseStream.Current.MessageCase != FollowResponse.MessageOneofCase.Resume, $"It goes on behind {why}.");
        }
        catch (RpcException refused)
        {
            Assert.True(refused.StatusCode == StatusCode.InvalidArgument, refused.ToString());
        }
    }
}
