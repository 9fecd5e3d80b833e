using Replication.ProcessKit;
using Replication.ProcessKit.Proxying;
using Replication.ProcessKit.Recording;
using Replication.Testing;

namespace Replication.Laboratory.Network;

/// <summary>Connections that break at an exact byte: in the handshake, in headers, inside frames.</summary>
public sealed class CutAtByteTests
{
    private const int Seed = 5;

    /// <summary>As many as a replica may have upstreams: it turns to the next one at once, and waits only behind the whole list.</summary>
    private const int Links = 16;

    /// <summary>A Hello and some acknowledgements.</summary>
    private const double MostToUpstream = 1500;

    private const double MostFromUpstream = 150_000;

    private readonly Random _random = new(Seed);

    [Fact]
    public async Task A_stream_cut_ended_or_reset_at_any_byte_goes_on_from_where_it_was()
    {
        await using var cluster = new Cluster();
        var primary = await cluster.PrimaryAsync();
        await using var load = new RecordedLoad(primary.Address, [primary.Address], Seed);
        load.Start();
        var links = Enumerable.Range(0, Links).Select(_ => cluster.LinkTo(primary)).ToList();
        var replica = cluster.Replica("replica", [.. links.Select(static link => link.Address)]);
        await replica.WaitReadyAsync();
        var snapshots = await Cluster.SnapshotsInstalledAsync(replica);

        for (var sweep = 0; sweep < LongForm.Or(30, 2); sweep++)
        {
            var before = links.Select(FaultsOf).ToList();
            foreach (var link in links) BreakNext(link);
            foreach (var link in links) link.ResetConnections();
            await Eventually.HoldsAsync(
                "every link has broken at its byte", () => links.Zip(before).All(static link => FaultsOf(link.First) > link.Second), NodeProcess.Patience * 2, () => Cluster.Tail(replica));
        }
        foreach (var link in links) link.Heal();
        await load.GetsOnAsync();
        await load.StopAsync();

        await cluster.AssertEqualAsync(primary);
        cluster.AssertAllLive();
        Assert.Equal(snapshots, await Cluster.SnapshotsInstalledAsync(replica));
        await primary.StopAsync();
        Assert.InRange(load.CheckAgainst(primary).Committed, 100, long.MaxValue);
    }

    private static long FaultsOf(FaultProxy link) => link.Counts.Cuts + link.Counts.Ends + link.Counts.Resets;

    // Its next connection breaks at a byte, later ones at once, so that the replica comes to the other links.
    private void BreakNext(FaultProxy link)
    {
        var first = link.ConnectionsAccepted + 1;
        var isToUpstream = _random.Next(2) == 0;
        var at = (long)Math.Exp(_random.NextDouble() * Math.Log(isToUpstream ? MostToUpstream : MostFromUpstream));
        var broken = _random.Next(3) switch
        {
            0 => new DirectionPlan { EndAt = at },
            1 => new DirectionPlan { ResetReceiverAt = at },
            _ => new DirectionPlan { CutAt = at },
        };
        var refused = new ConnectionPlan(new DirectionPlan { CutAt = 0 }, DirectionPlan.Nothing);
        var plan = isToUpstream ? new ConnectionPlan(broken, DirectionPlan.Nothing) : new ConnectionPlan(DirectionPlan.Nothing, broken);
        link.PlanNext(number => number == first ? plan : refused);
    }
}
