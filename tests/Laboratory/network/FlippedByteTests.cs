using Replication.ProcessKit;
using Replication.ProcessKit.Proxying;
using Replication.ProcessKit.Recording;
using Replication.Testing;
using Xunit.Abstractions;

namespace Replication.Laboratory.Network;

/// <summary>Bits that change on the wire, both ways, from the first byte of a connection on.</summary>
public sealed class FlippedByteTests(ITestOutputHelper output)
{
    private const int Seed = 38;

    /// <summary>Entries and chunks are the most of it.</summary>
    private const int LongestGapFromUpstream = 500_000;

    /// <summary>Acknowledgements are about a kilobyte a second.</summary>
    private const int LongestGapToUpstream = 4_000;

    /// <summary>As many as a replica may have upstreams: it turns to the next one at once, and waits only behind the whole list.</summary>
    private const int LinksEach = 16;

    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task A38_Bits_turned_on_the_wire_in_both_directions_are_noticed_and_leave_equal_digests()
    {
        var (fromUpstream, toUpstream) = LongForm.Or((2000, 200), (80, 12));
        await using var cluster = new Cluster();
        var primary = await cluster.PrimaryAsync();
        await using var load = new RecordedLoad(primary.Address, [primary.Address], Seed);
        load.Start();
        await load.GetsOnAsync();
        var near = Flipping(cluster, primary, Seed);
        var nearNode = cluster.Replica("near", [.. near.Select(static link => link.Address)]);
        var far = Flipping(cluster, nearNode, Seed + LinksEach);
        var farNode = cluster.Replica("far", [.. far.Select(static link => link.Address)]);
        var links = near.Concat(far).ToList();

        await Eventually.HoldsAsync(
            $"{fromUpstream} bits were turned in messages from upstreams and {toUpstream} in messages to them",
            () =>
            {
                cluster.AssertAllLive();
                return Flips(links, 1) >= fromUpstream && Flips(links, 0) >= toUpstream;
            },
            LongForm.Or(LongPatience, NodeProcess.Patience * 2),
            () => $"{Flips(links, 1)} and {Flips(links, 0)} so far\n{Cluster.Tail(nearNode)}\n{Cluster.Tail(farNode)}");
        foreach (var link in links) link.Heal();
        await load.GetsOnAsync();
        await load.StopAsync();

        await cluster.AssertEqualAsync(primary);
        cluster.AssertAllLive();
        output.WriteLine($"{Flips(links, 1)} bits turned in messages from upstreams, {Flips(links, 0)} in messages to them, {links.Sum(static link => link.Counts.FlipsElsewhere)} elsewhere");
        foreach (var node in (NodeProcess[])[nearNode, farNode]) output.WriteLine(EndingReasons.Describe(node));
        Assert.Contains(EndingReasons.Of(nearNode), static reason => reason.Reason.Contains("The stream is damaged", StringComparison.Ordinal));
        foreach (var node in (NodeProcess[])[primary, nearNode, farNode]) Assert.DoesNotContain("Error when executing service method 'Follow'", node.Output, StringComparison.Ordinal);
        await primary.StopAsync();
        Assert.InRange(load.CheckAgainst(primary).Committed, 100, long.MaxValue);
    }

    // Every other link changes only one direction, so that neither hides the other.
    private static long Flips(List<FaultProxy> links, int way) => links.Where((_, number) => number % 2 == way).Sum(static link => link.Counts.FlipsInMessages);

    private static List<FaultProxy> Flipping(Cluster cluster, NodeProcess upstream, int seed) =>
    [
        .. Enumerable.Range(0, LinksEach).Select(number =>
        {
            var link = cluster.LinkTo(upstream);
            link.PlanNext(connection => new ConnectionPlan(
                number % 2 == 0 ? new DirectionPlan { Flips = ByteFlip.Seeded((seed + number) * 1000 + connection, LongestGapToUpstream) } : DirectionPlan.Nothing,
                number % 2 == 1 ? new DirectionPlan { Flips = ByteFlip.Seeded((seed + number) * 1000 + connection, LongestGapFromUpstream) } : DirectionPlan.Nothing));
            return link;
        }),
    ];
}
