using Google.Protobuf;
using Replication.Client;
using Replication.Hostile.Tests.Watch;
using Replication.Hostile.Tests.Wire;
using Replication.Protos.V1;
using Replication.Testing;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests;

/// <summary>Small limits, reached: what is beyond is refused in a clear way, and nobody who is slow is waited for.</summary>
public sealed class LimitTests(ITestOutputHelper output) : HostileFixture(output)
{
    private const string Store = "/replication.v1.Store/";
    private const string Large = "large";
    private const int MostConnections = 60;
    private const int MostCalls = 50;

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Replication__MaxConnections"] = "60",
        ["Replication__MaxCalls"] = "50",
        ["Replication__RequestTimeout"] = "00:00:02",
        ["Replication__AnswerTimeout"] = "00:00:02",
    };

    [Fact]
    public async Task A87_connections_beyond_the_limit_are_closed_and_said_in_the_log_once()
    {
        await using var before = Primary.NewClient();
        await before.StatusAsync();
        using (var crowd = new Crowd())
        {
            await crowd.AddIdleAsync(Primary.Address, MostConnections);
            await crowd.AddIdleAsync(Primary.Http, MostConnections / 2);

            await using var refused = Primary.NewClient();
            Assert.Equal(ReplicationErrorCode.Unavailable, (await Assert.ThrowsAnyAsync<ReplicationException>(() => refused.StatusAsync())).Code);
            await before.StatusAsync();
            using var http = new HttpClient();
            Assert.Equal("ready\n", await http.GetStringAsync(new Uri(Primary.Http, "/health/ready")));
        }

        await Eventually.HoldsAsync("there is room again", async () =>
        {
            await using var client = Primary.NewClient();
            try
            {
                return (await client.StatusAsync()).Ready;
            }
            catch (ReplicationException)
            {
                return false;
            }
        });
        Assert.Single(Primary.Output.Split('\n'), line => line.Contains("[3013]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A87_calls_beyond_the_limit_are_busy_and_operators_are_served_all_the_same()
    {
        await using var client = Primary.NewClient();
        using var connection = await RawHttp2.OpenAsync(Primary.Address);
        for (var i = 0; i < MostCalls; i++) await connection.CallAsync(Store + "CommitStream");
        using var call = new ForeignCall(Primary.Address);

        var answer = new Answer(null, "no answer");
        await Eventually.HoldsAsync("a read is busy", async () =>
        {
            answer = await call.SendAsync(Store + "ListCollections", RawHttp2.Message([]));
            if (answer.Status == Grpc.Core.StatusCode.ResourceExhausted) return true;
            // The read had a place, which it may have taken from a call that was refused for it and does not come again.
            await connection.CallAsync(Store + "CommitStream");
            return false;
        }, lastSeen: () => answer.ToString());
        Assert.True((await client.StatusAsync()).Ready);
        Assert.Equal(Grpc.Core.StatusCode.OK, (await call.SendAsync("/grpc.health.v1.Health/Check", RawHttp2.Message([]))).Status);
    }

    [Fact]
    public async Task A87_a_message_that_does_not_come_is_not_waited_for()
    {
        using var connection = await RawHttp2.OpenAsync(Primary.Address);
        var stream = await connection.CallAsync(Store + "Commit");
        await connection.WriteAsync(FrameKind.Data, 0, stream, RawHttp2.Message([1, 2, 3], claimed: 1000));

        Assert.True(await EndsAsync(connection, stream), "The call goes on.");
    }

    [Fact]
    public async Task A87_an_answer_that_is_not_read_is_not_waited_for()
    {
        await FillAsync(Large, records: 40, bytesEach: 1024 * 1024);
        using var connection = await RawHttp2.OpenAsync(Primary.Address);
        var stream = await connection.CallAsync(Store + "Scan");
        await connection.WriteAsync(FrameKind.Data, RawHttp2.EndStream, stream, RawHttp2.Message(new ScanRequest { Collection = Large }.ToByteArray()));
        await using var client = Primary.NewClient();

        Assert.True(await ComesAsync(connection, frame => frame.Stream == stream && frame.Kind == FrameKind.Data), "The scan does not begin.");
        // Frames are read, and no window is given back for them: the answer is not taken.
        Assert.True(await EndsAsync(connection, stream), "The scan goes on.");
        await Eventually.HoldsAsync("no view is held", async () => (await client.StatusAsync()).OpenViews == 0);
    }

    // Whether the stream was ended, with a status or a reset.
    private static Task<bool> EndsAsync(RawHttp2 connection, int stream) =>
        ComesAsync(connection, frame => frame.Stream == stream && (frame.Kind == FrameKind.ResetStream || (frame.Flags & RawHttp2.EndStream) != 0));

    private static async Task<bool> ComesAsync(RawHttp2 connection, Func<Frame, bool> isIt)
    {
        using var patience = new CancellationTokenSource(LongestWait * 2);
        while (await connection.ReadAsync(patience.Token) is { } frame)
            if (isIt(frame)) return true;
        return false;
    }
}
