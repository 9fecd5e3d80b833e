using Grpc.Core;
using Grpc.Net.Client;
using Replication.Core.Following;
using Replication.Protos.V1;
using Replication.Testing;
using Replication.Wire;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Node.Tests;

public sealed class PausedReaderTests
{
    private const ulong PausedId = 0xA27;
    private const int Records = 500;
    private const int ValueBytes = 100_000;
    private const long MiB = 1024 * 1024;

    // The session is given up after 30 s without an acknowledgement.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A27_A_reader_that_stands_still_is_sent_a_window_and_no_more_and_its_session_ends_while_the_others_go_on()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        var live = await cluster.ReplicaAsync(primary, "live");
        await primary.Client.PutAsync("docs", "first", "1");
        await TestCluster.WaitForCaughtUpAsync(live, primary);
        var link = cluster.LinkTo(primary);
        using var channel = GrpcChannel.ForAddress(link.Address);
        using var paused = new Feed.FeedClient(channel).Follow();
        await paused.RequestStream.WriteAsync(Introduction(primary).ToMessage());
        Assert.True(await paused.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(FollowResponse.MessageOneofCase.Resume, paused.ResponseStream.Current.MessageCase);
        await Eventually.HoldsAsync("it follows", () => IsThere(primary));

        for (var i = 0; i < Records; i++) await primary.Client.PutAsync("docs", $"k{i}", $"\"{new string('x', ValueBytes)}\"");

        await TestCluster.WaitForCaughtUpAsync(live, primary);
        Assert.InRange(link.FromTarget.Bytes, 0, SendWindow.Bytes + (4 * MiB));
        await Eventually.HoldsAsync("its session has ended", () => !IsThere(primary), Patience);
        Assert.True(await EndsAsync(paused.ResponseStream));
        await primary.Client.PutAsync("docs", "last", "1");
        await TestCluster.WaitForCaughtUpAsync(live, primary);
        Assert.Equal(1, live.Status.Counters.SnapshotsInstalled);
    }

    private static Hello Introduction(TestNode primary)
    {
        var lease = primary.Database.Log!;
        var end = lease.Log.Durable;
        return new Hello(
            Hello.CurrentProtocolVersion, Hello.CurrentLogFormatVersion, primary.Database.History, PausedId, "paused", "", 1, PausedId, FollowerKind.Tail, lease.Epochs.UpTo(end.Index), end.Position, end.Crc);
    }

    private static bool IsThere(TestNode primary) => primary.Status.Followers.Any(follower => follower.NodeId == PausedId);

    // What was under way is read, and then an ending or the end of the connection.
    private static async Task<bool> EndsAsync(IAsyncStreamReader<FollowResponse> responses)
    {
        try
        {
            while (await responses.MoveNext(CancellationToken.None))
                if (responses.Current.MessageCase == FollowResponse.MessageOneofCase.Ending)
                    return responses.Current.Ending.Message.Length > 0;
            return true;
        }
        catch (RpcException aborted)
        {
            return aborted.StatusCode is StatusCode.Cancelled or StatusCode.Unavailable or StatusCode.Internal;
        }
    }
}
