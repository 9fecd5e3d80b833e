using Replication.Hostile.Tests.Watch;
using Replication.ProcessKit;
using Replication.Testing;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests;

/// <summary>A replica that was pointed at something hostile keeps what it had, says what happened, and follows the real primary again.</summary>
public sealed class UpstreamTests(ITestOutputHelper output) : HostileFixture(output)
{
    private const string Records = "records";
    private const long MostGrowthBytes = 700L * 1024 * 1024;
    private static readonly TimeSpan Attack = TimeSpan.FromSeconds(3);

    // Hexadecimal: 512 MiB. What is garbage and what is held cannot be told apart from outside; a node that holds more ends.
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_GCHeapHardLimit"] = "20000000" };

    public static TheoryData<string> Harms => [.. Harm.All.Keys];

    [Theory]
    [MemberData(nameof(Harms))]
    public async Task A85_a_replica_outlives_a_hostile_upstream(string name)
    {
        await using (var known = new NodeProcess("replica", Folder("r"), Primary.Address))
        {
            await known.StartReadyAsync();
            await Eventually.HoldsAsync("the replica shows the record", () => ShowsAsync(known, "first"));
            await known.StopAsync();
        }
        await using var fake = await FakeUpstream.StartAsync(Harm.All[name]);

        var replica = await StartAsync("replica", Folder("r"), fake.Address, untilReady: false);
        await using (var client = replica.NewClient())
        {
            await Eventually.HoldsAsync("it says why it does not follow", async () => await SaysAsync(replica) is { Length: > 0 }, NodeProcess.Patience, () => replica.Output);
            var before = ProcessFacts.Of(replica.Id).ResidentBytes;
            await Watching.ForAsync(Attack);

            Assert.False(replica.HasEnded, replica.Output);
            Assert.True(await ShowsAsync(replica, "first"), replica.Output);
            var said = await SaysAsync(replica) ?? string.Empty;
            Output.WriteLine($"{said[..Math.Min(300, said.Length)]}\nmemory: {before >> 20} MiB, then {ProcessFacts.Of(replica.Id).ResidentBytes >> 20}; it said {replica.Output.Length} characters");
            Assert.InRange(ProcessFacts.Of(replica.Id).ResidentBytes, 0, before + MostGrowthBytes);
            Assert.InRange(replica.Output.Length, 0, 20_000);
        }
        Assert.Equal(0, await replica.StopAsync());

        await using (var writer = Primary.NewClient()) await writer.PutAsync(Records, "later", "2");
        await using var recovered = new NodeProcess("replica", Folder("r"), Primary.Address);
        await recovered.StartReadyAsync();
        await Eventually.HoldsAsync("it has what was written since", () => ShowsAsync(recovered, "later"), NodeProcess.Patience, () => recovered.Output);
    }

    private static async Task<bool> ShowsAsync(NodeProcess node, string key)
    {
        await using var client = node.NewClient();
        try
        {
            return (await client.GetAsync(Records, key)).Found;
        }
        catch (Client.ReplicationException)
        {
            return false;
        }
    }

    private static async Task<string?> SaysAsync(NodeProcess node)
    {
        await using var client = node.NewClient();
        try
        {
            var status = await client.StatusAsync();
            return status.Upstream?.LastError is { Length: > 0 } error ? error : status.NotReadyReason;
        }
        catch (Client.ReplicationException)
        {
            return null;
        }
    }
}
