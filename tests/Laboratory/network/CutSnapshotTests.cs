using Replication.Client;
using Replication.ProcessKit;
using Replication.ProcessKit.Proxying;
using Replication.Testing;

namespace Replication.Laboratory.Network;

/// <summary>A snapshot over a connection that breaks inside of it.</summary>
public sealed class CutSnapshotTests
{
    private const int Seed = 6;

    /// <summary>More often than a source that does not answer at all is tried.</summary>
    private const int CutsOfSnapshot = 18;

    private const int LeastCuts = 10;
    private const int SnapshotRecords = 40;
    private const int RecordBytes = 1_000_000;
    private const int CutEvery = 3 * 1024 * 1024;

    [Fact]
    public async Task A_snapshot_whose_connection_breaks_again_and_again_arrives_with_what_had_come_before()
    {
        await using var cluster = new Cluster();
        var primary = await cluster.PrimaryAsync();
        var client = cluster.ClientOf(primary, timeout: NodeProcess.Patience);
        await client.CreateCollectionAsync("bulk", CollectionKind.Bytes);
        var random = new Random(Seed);
        var value = new byte[RecordBytes];
        for (var record = 0; record < SnapshotRecords; record++)
        {
            random.NextBytes(value);
            await client.PutAsync("bulk", $"k{record}", value);
        }
        var link = cluster.LinkTo(primary);
        // The stream's connection comes first and stays.
        link.PlanNext(static number => number is > 1 and <= CutsOfSnapshot + 1 ? new ConnectionPlan(DirectionPlan.Nothing, new DirectionPlan { CutAt = CutEvery }) : ConnectionPlan.Nothing);
        var replica = cluster.Replica("replica", link.Address);
        // It rests for some seconds behind each cut, beside what the transfer itself takes.
        await Eventually.HoldsAsync("the snapshot's connection was cut often", () => replica.HasEnded || link.Counts.Cuts >= LeastCuts, NodeProcess.Patience * 2, () => Cluster.Tail(replica));
        await replica.WaitReadyAsync();

        await cluster.AssertEqualAsync(primary);
        Assert.InRange(link.Counts.Cuts, LeastCuts, CutsOfSnapshot);
        Assert.DoesNotContain("is forgotten", replica.Output, StringComparison.Ordinal);
    }
}
