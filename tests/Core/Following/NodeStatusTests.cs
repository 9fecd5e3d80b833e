using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Following;

/// <summary>Lag, age and readiness in each situation that a replica can be in. Times are on the replica's clock, which began at zero.</summary>
public sealed class NodeStatusTests
{
    private static readonly ReadyLimits Limits = new(Lag: TimeSpan.FromSeconds(5), Silence: TimeSpan.FromSeconds(3));
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(1000);

    [Fact]
    public void A_replica_that_is_idle_at_the_end_is_ready_and_lags_by_nothing()
    {
        var status = Replica(Following());

        Assert.Null(status.NotReadyReason);
        Assert.Equal((0L, 0L), (status.Upstream!.LagEntries, status.Upstream.LagBytes));
        Assert.Equal((400L, 200L), (status.Upstream.AgeMillis, status.Upstream.LastContactMillis));
    }

    [Fact]
    public void Lag_in_bytes_is_what_the_upstream_counted_and_unknown_when_it_did_not()
    {
        Assert.Equal((50L, 7_777L), Lag(Following() with { UpstreamIndex = 150, BytesMissing = 7_777 }));
        Assert.Equal((50L, null), Lag(Following() with { UpstreamIndex = 150, BytesMissing = null }));
        Assert.Equal((0L, 0L), Lag(Following() with { BytesMissing = null }));
        Assert.Equal((null, null), Lag(Following() with { UpstreamIndex = null, BytesMissing = 7_777 }));

        static (long?, long?) Lag(UpstreamFacts facts) => (Replica(facts).Upstream!.LagEntries, Replica(facts).Upstream!.LagBytes);
    }

    [Fact]
    public void Behind_a_dead_link_the_lag_stays_what_was_heard_last_while_the_age_grows()
    {
        var heard = Following() with { UpstreamIndex = 150, BytesMissing = 7_777 };

        var later = heard.At(Now + TimeSpan.FromMinutes(1));

        Assert.Equal((50L, 7_777L, 60_200L), (later.LagEntries, later.LagBytes, later.LastContactMillis));
    }

    [Fact]
    public void A_commit_index_that_came_with_frames_counts_before_the_next_heartbeat()
    {
        var status = Replica(Following() with { UpstreamIndex = 100, CommitIndex = 120 });

        Assert.Equal(20, status.Upstream!.LagEntries);
    }

    [Fact]
    public void A_replica_far_behind_is_ready_as_long_as_its_data_is_young_enough()
    {
        var status = Replica(Following() with { UpstreamIndex = 10_000 }, state: "CatchingUp");

        Assert.Null(status.NotReadyReason);
    }

    [Fact]
    public void A_replica_that_cannot_keep_up_is_not_ready_although_it_hears_of_its_upstream()
    {
        var status = Replica(Following() with { UpstreamIndex = 10_000, Age = TimeSpan.FromSeconds(5.1) });

        Assert.Equal("The data here is 5.1 s old; at most 5 s are accepted.", status.NotReadyReason);
    }

    [Theory]
    [InlineData(3.0, null)]
    [InlineData(3.1, "Nothing was heard from http://p:7400 for 3.1 s; at most 3 s are accepted.")]
    public void A_link_that_is_dead_but_not_closed_ends_readiness(double silentSeconds, string? reason)
    {
        var silent = TimeSpan.FromSeconds(silentSeconds);

        var status = Replica(Following() with { LastContact = Now - silent, Age = silent });

        Assert.Equal(reason, status.NotReadyReason);
        Assert.True(status.Upstream!.Connected);
        Assert.Equal((long)silent.TotalMilliseconds, status.Upstream.AgeMillis);
    }

    [Fact]
    public void Old_data_may_be_allowed_and_contact_still_be_asked_for()
    {
        var facts = Facts(Following() with { LastContact = Now - TimeSpan.FromSeconds(10), Age = TimeSpan.FromSeconds(10) }, "Streaming");

        Assert.Contains("Nothing was heard", NodeStatus.Of(facts, Limits with { Lag = TimeSpan.FromHours(1) }).NotReadyReason, StringComparison.Ordinal);
        Assert.Null(NodeStatus.Of(facts, new ReadyLimits(TimeSpan.FromHours(1), TimeSpan.FromHours(1))).NotReadyReason);
    }

    [Fact]
    public void A_replica_that_shows_nothing_is_not_ready_however_young_its_data() =>
        Assert.Contains("shows nothing for now", NodeStatus.Of(Facts(Following(), "Streaming") with { IsWithheld = true }, Limits).NotReadyReason, StringComparison.Ordinal);

    [Fact]
    public void A_replica_without_a_session_is_not_ready_however_young_its_data()
    {
        var status = Replica(Following() with { Connected = false }, state: "Connecting");

        Assert.Equal("The replica is Connecting: no session with http://p:7400 is open.", status.NotReadyReason);
    }

    [Fact]
    public void During_a_bootstrap_nothing_is_known_of_the_lag_and_the_reason_is_how_far_it_is()
    {
        var upstream = new UpstreamFacts("http://p:7400", Connected: false, Now, 0, UpstreamIndex: null, 0, UpstreamFacts.UnknownAge, "", new TransferProgress(12, 34), TimeSpan.FromSeconds(2));

        var status = NodeStatus.Of(Facts(upstream, "Bootstrapping") with { Applied = 0, FirstIndex = 0, LogBytes = 0, Durable = LogPosition.Start }, Limits);

        Assert.Equal("The replica is Bootstrapping: it has fetched 12 of 34 bytes.", status.NotReadyReason);
        Assert.Null(status.Upstream!.LagEntries);
        Assert.Null(status.Upstream.LagBytes);
        Assert.Null(status.Upstream.AgeMillis);
        Assert.Equal(0, status.FirstIndex);
    }

    [Fact]
    public void After_a_restart_the_age_is_unknown_until_the_upstream_has_answered_whatever_the_clock_says()
    {
        var restarted = new UpstreamFacts("http://p:7400", Connected: true, Now, 0, UpstreamIndex: null, 100, UpstreamFacts.UnknownAge + TimeSpan.FromMilliseconds(5), "", TransferProgress.None, null);

        var status = Replica(restarted);

        Assert.Equal("It is not known yet how old the data here is.", status.NotReadyReason);
        Assert.Null(status.Upstream!.LagEntries);
        Assert.Null(status.Upstream.AgeMillis);
    }

    [Fact]
    public void The_age_of_an_upstream_that_does_not_know_its_own_is_unknown_too()
    {
        var age = new DataAge(-UpstreamFacts.UnknownAge);

        age.Heard(TimeSpan.FromSeconds(9), commitIndex: 5, upstreamAge: UpstreamFacts.UnknownAge, applied: 5);
        Assert.InRange(age.At(TimeSpan.FromSeconds(10)), UpstreamFacts.UnknownAge, TimeSpan.MaxValue);

        age.Heard(TimeSpan.FromSeconds(10), commitIndex: 5, upstreamAge: TimeSpan.Zero, applied: 5);
        Assert.Equal(TimeSpan.FromSeconds(1), age.At(TimeSpan.FromSeconds(11)));
    }

    [Fact]
    public void An_empty_log_has_no_first_entry() =>
        Assert.Equal(0, NodeStatus.Of(Facts(Following() with { UpstreamIndex = 150 }, "CatchingUp") with { FirstIndex = 101 }, Limits).FirstIndex);

    [Theory]
    [InlineData(NodePhase.Starting, true, "starting")]
    [InlineData(NodePhase.Stopping, true, "stopping")]
    [InlineData(NodePhase.Working, false, "first entry")]
    [InlineData(NodePhase.Working, true, null)]
    public void A_primary_is_ready_once_its_reign_is_open(NodePhase phase, bool isReignOpen, string? says)
    {
        var status = NodeStatus.Of(Facts(null, "Primary") with { Phase = phase, IsReignOpen = isReignOpen }, Limits);

        if (says is null) Assert.Null(status.NotReadyReason);
        else Assert.Contains(says, status.NotReadyReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_and_views_are_told_as_they_were_measured()
    {
        var status = Replica(Following());

        Assert.Equal((3_000L, 9_000L, 2, 1_500L), (status.MemoryBytes, status.MemoryLimitBytes, status.OpenViews, status.OldestViewMillis));
    }

    private static UpstreamFacts Following() => new(
        "http://p:7400", Connected: true, Now - TimeSpan.FromMilliseconds(200), CommitIndex: 100, UpstreamIndex: 100, Applied: 100, TimeSpan.FromMilliseconds(400), "", TransferProgress.None, null);

    private static NodeStatus Replica(UpstreamFacts upstream, string state = "Streaming") => NodeStatus.Of(Facts(upstream, state), Limits);

    private static NodeFacts Facts(UpstreamFacts? upstream, string state) => new()
    {
        NodeId = 1,
        NodeName = "a",
        Role = upstream is null ? "primary" : "replica",
        State = state,
        Phase = NodePhase.Working,
        IsReignOpen = true,
        History = new HistoryId(7),
        Primary = "http://p:7400",
        Address = "http://r:7410",
        Version = "1",
        Durable = new LogPosition(new Epoch(1), 100),
        CommitIndex = 100,
        Applied = 100,
        FirstIndex = 1,
        LogBytes = 5_000,
        Records = 10,
        Collections = 1,
        MemoryBytes = 3_000,
        MemoryLimitBytes = 9_000,
        OpenViews = 2,
        OldestView = TimeSpan.FromSeconds(1.5),
        Digest = "",
        Snapshots = [],
        Followers = [],
        Below = [],
        Upstream = upstream?.At(Now),
        Uptime = Now,
        Counters = new NodeCounters(0, 0, 0, 0, 0, 0, 0, 0),
    };
}
