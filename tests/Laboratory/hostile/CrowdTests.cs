using Google.Protobuf;
using Replication.Hostile.Tests.Watch;
using Replication.Hostile.Tests.Wire;
using Replication.ProcessKit;
using Replication.Protos.V1;
using Replication.Testing;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests;

/// <summary>Thousands of connections that want little, and take for ever over it.</summary>
public sealed class CrowdTests(ITestOutputHelper output) : HostileFixture(output)
{
    private const string Store = "/replication.v1.Store/";
    private const string Large = "large";
    private const int EachSlow = 100;
    private const int Mebibyte = 1024 * 1024;

    private static readonly int Seconds = int.Parse(Environment.GetEnvironmentVariable("HOSTILE_SECONDS") ?? "10", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task A87_500_slow_connections_and_5000_idle_ones()
    {
        await FillAsync(Large, records: 64, bytesEach: Mebibyte);
        var replica = await StartAsync("replica", Folder("r"), Primary.Address);
        await using var client = Primary.NewClient();
        var tail = await Tail.AtBeginningAsync(client);
        await using var bystander = Bystander.Of(Primary, replica);

        using (var crowd = new Crowd())
        {
            await crowd.AddIdleAsync(Primary.Address, 2000);
            await crowd.AddIdleAsync(Primary.Http, 1000);
            await crowd.AddUncallingAsync(Primary.Address, 2000);
            await crowd.AddSlowHeadersAsync(Primary.Address, Store + "Get", EachSlow);
            await crowd.AddSlowBodyAsync(Primary.Address, Store + "Commit", EachSlow);
            await crowd.AddSlowHttpAsync(Primary.Http, EachSlow);
            await crowd.AddUnreadAsync(Primary.Address, Store + "Scan", new ScanRequest { Collection = Large }.ToByteArray(), isStream: false, EachSlow);
            for (var i = 0; i < EachSlow; i++) await crowd.AddUnreadAsync(Primary.Address, "/replication.v1.Feed/Follow", tail.NextBytes(), isStream: true, 1);
            Output.WriteLine($"{crowd.Count} connections; {ProcessFacts.Of(Primary.Id)}");

            for (var second = 0; second < Seconds; second++)
            {
                await crowd.SayNextByteAsync();
                await client.PutAsync(Large, "more", new byte[Mebibyte]);
                await Watching.ForAsync(TimeSpan.FromSeconds(1));
            }
            Output.WriteLine($"{crowd.Closed} were closed by the node; {ProcessFacts.Of(Primary.Id)}");

            await Eventually.HoldsAsync("the replica has everything", async () =>
            {
                await using var asking = replica.NewClient();
                return (await asking.StatusAsync()).AppliedIndex >= (await client.StatusAsync()).CommitIndex - 5;
            });
            await AssertUnharmedAsync(bystander, mostGrowthMiB: 900);
        }
        await AssertReleasedAsync(moreHandles: 60);
    }
}
