using Replication.Core.Following;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Following;

public sealed class FollowerProgressTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(5);

    [Fact]
    public void Every_state_moves_only_where_the_table_allows()
    {
        (FollowerState, FollowerState)[] allowed =
        [
            (FollowerState.Disconnected, FollowerState.Bootstrapping), (FollowerState.Disconnected, FollowerState.CatchingUp),
            (FollowerState.Bootstrapping, FollowerState.CatchingUp), (FollowerState.Bootstrapping, FollowerState.Disconnected),
            (FollowerState.CatchingUp, FollowerState.Streaming), (FollowerState.CatchingUp, FollowerState.Disconnected),
            (FollowerState.Streaming, FollowerState.CatchingUp), (FollowerState.Streaming, FollowerState.Disconnected),
        ];
        foreach (var from in Enum.GetValues<FollowerState>())
            foreach (var to in Enum.GetValues<FollowerState>())
                Assert.Equal(allowed.Contains((from, to)), from.CanMoveTo(to));
    }

    [Fact]
    public void A_follower_streams_once_it_is_close_to_the_end_and_catches_up_again_when_it_falls_behind()
    {
        var progress = Opened(100);

        Assert.Null(progress.Acknowledge(new(200, 200, 200, 1), sentIndex: 200, durableHere: 5_000, Now));
        Assert.Equal(FollowerState.CatchingUp, progress.State);
        Assert.Null(progress.Acknowledge(new(4_900, 4_900, 4_900, 2), sentIndex: 5_000, durableHere: 5_000, Now));
        Assert.Equal(FollowerState.Streaming, progress.State);
        Assert.Null(progress.Acknowledge(new(4_900, 4_900, 4_900, 3), sentIndex: 9_000, durableHere: 9_000, Now));
        Assert.Equal(FollowerState.CatchingUp, progress.State);
    }

    [Theory]
    [InlineData(99, 99, 0, "went back")]
    [InlineData(201, 100, 0, "not sent")]
    [InlineData(150, 151, 0, "not sent")]
    public void An_acknowledgement_that_makes_no_sense_is_named(long received, long durable, long applied, string says)
    {
        var progress = Opened(100);

        Assert.Contains(says, progress.Acknowledge(new(received, durable, applied, 1), sentIndex: 200, durableHere: 300, Now), StringComparison.Ordinal);
        Assert.Equal(100, progress.Received);
    }

    [Fact]
    public void A_follower_that_began_anew_may_be_further_back_than_it_was()
    {
        var progress = Opened(100);
        Assert.Null(progress.Acknowledge(new(150, 150, 150, 1), sentIndex: 150, durableHere: 150, Now));
        progress.Close();

        progress.Open(Introduced(40), new FollowAnswer.Resume(41), Now);

        Assert.Null(progress.Acknowledge(new(40, 40, 40, 1), sentIndex: 40, durableHere: 150, Now));
    }

    [Fact]
    public void A_newer_session_of_the_same_run_wins_a_restart_wins_and_a_copy_is_refused()
    {
        var live = Introduced(1) with { RunId = 1, StartCounter = 5 };

        Assert.Equal(SessionDecision.Take, SessionRule.Decide(null, live));
        Assert.Equal(SessionDecision.Take, SessionRule.Decide(live, live));
        Assert.Equal(SessionDecision.Take, SessionRule.Decide(live, live with { RunId = 2, StartCounter = 6 }));
        Assert.Equal(SessionDecision.RefuseBothAsClones, SessionRule.Decide(live, live with { RunId = 2 }));
        Assert.Equal(SessionDecision.RefuseBothAsClones, SessionRule.Decide(live, live with { RunId = 2, StartCounter = 4 }));
    }

    [Fact]
    public void The_window_closes_when_too_much_is_on_its_way_and_opens_with_what_arrived()
    {
        var window = new SendWindow();
        window.Sent(10, SendWindow.Bytes - 1);
        Assert.True(window.IsOpen);
        window.Sent(20, 1);
        Assert.False(window.IsOpen);

        window.Received(9);
        Assert.False(window.IsOpen);
        window.Received(15);
        Assert.True(window.IsOpen);
    }

    [Fact]
    public void Data_is_as_old_as_the_last_moment_of_which_everything_is_shown()
    {
        var age = new DataAge(TimeSpan.Zero);
        age.Heard(TimeSpan.FromSeconds(10), commitIndex: 100, upstreamAge: TimeSpan.Zero, applied: 100);
        Assert.Equal(TimeSpan.FromSeconds(1), age.At(TimeSpan.FromSeconds(11)));

        age.Heard(TimeSpan.FromSeconds(12), commitIndex: 200, upstreamAge: TimeSpan.Zero, applied: 150);
        age.Heard(TimeSpan.FromSeconds(13), commitIndex: 300, upstreamAge: TimeSpan.Zero, applied: 150);
        Assert.Equal(TimeSpan.FromSeconds(4), age.At(TimeSpan.FromSeconds(14)));
        age.Applied(200);
        Assert.Equal(TimeSpan.FromSeconds(2), age.At(TimeSpan.FromSeconds(14)));
    }

    [Fact]
    public void Data_from_a_relay_that_is_behind_is_as_old_as_the_relays()
    {
        var age = new DataAge(TimeSpan.Zero);

        age.Heard(TimeSpan.FromSeconds(10), commitIndex: 100, upstreamAge: TimeSpan.FromSeconds(3), applied: 100);

        Assert.Equal(TimeSpan.FromSeconds(4), age.At(TimeSpan.FromSeconds(11)));
    }

    private static Hello Introduced(long index) => new(
        1, 1, new HistoryId(7), 2, "replica", "", 1, 1, FollowerKind.Reader, EpochTable.Empty, new LogPosition(new Epoch(1), index), 5);

    private static FollowerProgress Opened(long index)
    {
        var progress = new FollowerProgress(Introduced(index));
        progress.Open(Introduced(index), new FollowAnswer.Resume(index + 1), Now);
        return progress;
    }
}
