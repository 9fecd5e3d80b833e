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
    private const int SnapshotRecords = 50;
    private const int RecordBytes = 1_000_000;

    /// <summary>
    /// Two of these records make a chunk, and two chunks are on their way at the same time: more than two chunks, so that each connection brings one
    /// whatever it has of the other, and less than three, so that 25 chunks need more than <see cref="LeastCuts"/> connections.
    /// </summary>
    private const int CutEvery = 4_500_000;

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
