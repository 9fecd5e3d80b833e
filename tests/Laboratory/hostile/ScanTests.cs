using Google.Protobuf;
using Replication.Hostile.Tests.Watch;
using Replication.Hostile.Tests.Wire;
using Replication.Protos.V1;
using Replication.Testing;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests;

/// <summary>Reads that cost much.</summary>
public sealed class ScanTests(ITestOutputHelper output) : HostileFixture(output)
{
    private const string Store = "/replication.v1.Store/";
    private const string Large = "large";
    private const ushort InitialWindow = 4;
    private const int Records = 20_000;
    private const int RecordBytes = 2_000;

    [Fact]
    public async Task A85_full_scans_by_the_hundred_read_slowly_and_left_in_the_middle()
    {
        const int connections = 20;
        const int scansEach = 20;
        const int framesRead = 400;
        await FillAsync(Large, Records, RecordBytes);
        await using var bystander = Bystander.Of(Primary);

        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            using var connection = await RawHttp2.OpenAsync(Primary.Address, (InitialWindow, 1024 * 1024));
            await connection.WriteAsync(FrameKind.WindowUpdate, 0, 0, new byte[] { 0x40, 0, 0, 0 });
            for (var i = 0; i < scansEach; i++)
            {
                var stream = await connection.CallAsync(Store + "Scan");
                await connection.WriteAsync(FrameKind.Data, RawHttp2.EndStream, stream, RawHttp2.Message(new ScanRequest { Collection = Large }.ToByteArray()));
            }
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            for (var i = 0; i < framesRead && await pace.WaitForNextTickAsync(); i++) await connection.ReadAsync(CancellationToken.None);
        }));

        await using var client = Primary.NewClient();
        await Eventually.HoldsAsync("no scan holds a view", async () => (await client.StatusAsync()).OpenViews == 0);
        await AssertUnharmedAsync(bystander, mostGrowthMiB: 300);
        AssertQuiet();
        await AssertReleasedAsync();
    }

    [Fact]
    public async Task A85_one_request_for_gigabytes_is_refused()
    {
        const int records = 4;
        const int names = 4096;
        await FillAsync(Large, records, 1_000_000);
        await using var bystander = Bystander.Of(Primary);
        using var call = new ForeignCall(Primary.Address);
        var request = new BatchGetRequest();
        request.Names.AddRange(Enumerable.Repeat(new RecordName { Collection = Large, Key = ByteString.CopyFromUtf8("00000001") }, names));

        var answer = await call.SendAsync(Store + "BatchGet", RawHttp2.Message(request.ToByteArray()));

        Assert.Equal(Grpc.Core.StatusCode.InvalidArgument, answer.Status);
        Assert.Contains("Read fewer at once", answer.Says, StringComparison.Ordinal);
        await AssertUnharmedAsync(bystander, mostGrowthMiB: 200);
    }

    [Fact]
    public async Task A85_a_message_of_a_million_parts_is_not_unfolded()
    {
        const int parts = 8_000_000;
        const int partBytes = 2;
        await using var bystander = Bystander.Of(Primary);
        using var call = new ForeignCall(Primary.Address);
        var message = new byte[parts * partBytes];
        for (var i = 0; i < message.Length; i += partBytes) message[i] = 0x0A; // CommitRequest.operations, each empty

        foreach (var method in (string[])["Commit", "CommitStream", "BatchGet"])
        {
            var answer = await call.SendAsync(Store + method, RawHttp2.Message(message));
            Assert.True(answer is { Status: Grpc.Core.StatusCode.InvalidArgument } && answer.Says.Contains("parts", StringComparison.Ordinal), $"{method}: {answer}");
        }

        await AssertUnharmedAsync(bystander, mostGrowthMiB: 200);
    }
}
