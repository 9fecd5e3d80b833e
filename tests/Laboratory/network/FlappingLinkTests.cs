using Replication.ProcessKit.Recording;

namespace Replication.Laboratory.Network;

/// <summary>A link that is cut and comes back, over and over.</summary>
public sealed class FlappingLinkTests
{
    private const int Seed = 23;
    private const int Writers = 3;
    private static readonly TimeSpan HalfPeriod = TimeSpan.FromSeconds(1);

    /// <summary>30 s.</summary>
    private const int Cuts = 15;

    /// <summary>Sessions that resume. The pauses between attempts grow up to 5 s while links do not last, so that it may take more than 30 s to see so many.</summary>
    private const ulong LeastSessions = 5;

    private const int MostCuts = 60;

    [Fact]
    public async Task A23_Links_cut_every_two_seconds_for_thirty_under_three_writers_leave_equal_digests_and_need_no_snapshot()
    {
        await using var cluster = new Cluster();
        var primary = await cluster.PrimaryAsync();
        var toPrimary = cluster.LinkTo(primary);
        var near = cluster.Replica("near", toPrimary.Address);
        await near.WaitReadyAsync();
        var toNear = cluster.LinkTo(near);
        var far = cluster.Replica("far", toNear.Address);
        await far.WaitReadyAsync();
        var direct = cluster.ClientOf(primary);
        var (nearSnapshots, farSnapshots) = (await Cluster.SnapshotsInstalledAsync(near), await Cluster.SnapshotsInstalledAsync(far));
        await using var load = new RecordedLoad(primary.Address, [primary.Address, near.Address, far.Address], Seed, Writers);
        load.Start();

        using var half = new PeriodicTimer(HalfPeriod);
        for (var cut = 0; cut < Cuts || (cut < MostCuts && (await direct.StatusAsync()).Counters.SessionsResumed < LeastSessions); cut++)
        {
            toPrimary.Link.Cut();
            await half.WaitForNextTickAsync();
            toPrimary.Link.Restore();
            toNear.Link.Cut();
            await half.WaitForNextTickAsync();
            toNear.Link.Restore();
        }
        await load.GetsOnAsync();
        await load.StopAsync();

        await cluster.AssertEqualAsync(primary);
        cluster.AssertAllLive();
        Assert.Equal((nearSnapshots, farSnapshots), (await Cluster.SnapshotsInstalledAsync(near), await Cluster.SnapshotsInstalledAsync(far)));
        Assert.InRange((await direct.StatusAsync()).Counters.SessionsResumed, LeastSessions, ulong.MaxValue);
        await primary.StopAsync();
        var counts = load.CheckAgainst(primary);
        Assert.InRange(counts.Committed, Cuts, long.MaxValue);
        Assert.Equal(0, counts.Unknown); // Nothing was cut between the clients and the primary.
    }
}
