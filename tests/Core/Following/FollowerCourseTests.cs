using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Following;

public sealed class FollowerCourseTests
{
    private static readonly NodeIdentity Identity = new(2, 9, new HistoryId(7), Epoch.None, 0);
    private static readonly EpochTable Epochs = EpochTable.FromRows([new EpochRow(new Epoch(1), 11, 1, 0)]);
    private static readonly LogTail Tail = new(new LogPosition(new Epoch(1), 40), 0xAB, 1);

    private static readonly FollowerLog Log = new(Identity.History, Tail, Epochs);
    private static readonly FollowerLog LogBehindSnapshot = Log with { Fetching = new LogPosition(new Epoch(1), 20) };
    private static readonly FollowAnswer Diverged = new FollowAnswer.Diverged(new LogPosition(new Epoch(1), 30));

    private readonly FollowerCourse _course = new(new FollowerSelf("replica", "http://here", 77, FollowerKind.Standby));

    [Fact]
    public void A_node_without_a_log_says_that_it_has_no_history()
    {
        var hello = _course.Hello(Identity, null);

        Assert.Equal((HistoryId.None, LogPosition.Start, 77UL, 9UL), (hello.History, hello.Durable, hello.RunId, hello.StartCounter));
        Assert.Equal(FollowerKind.Standby, hello.Kind);
        Assert.False(hello.HasLog);
    }

    [Fact]
    public void A_node_with_a_log_names_its_end()
    {
        var hello = _course.Hello(Identity, Log);

        Assert.Equal((Identity.History, Tail.Position, 0xABu), (hello.History, hello.Durable, hello.DurableCrc));
        Assert.Same(Epochs, hello.Epochs);
        Assert.Null(hello.Fetching);
    }

    [Fact]
    public void A_node_that_fetches_a_snapshot_names_the_log_behind_it_and_the_snapshot()
    {
        var hello = _course.Hello(Identity, LogBehindSnapshot, fetchesElsewhere: true);

        Assert.Equal((Tail.Position, LogBehindSnapshot.Fetching, true), (hello.Durable, hello.Fetching, hello.FetchesElsewhere));
    }

    [Fact]
    public void Each_answer_has_its_move()
    {
        var hello = _course.Hello(Identity, Log);

        Assert.Equal(FollowerMove.Follow, _course.Decide(new FollowAnswer.Resume(41), hello));
        Assert.Equal(FollowerMove.Bootstrap, _course.Decide(new FollowAnswer.NeedSnapshot(), hello));
        Assert.Equal(FollowerMove.TryLater, _course.Decide(new FollowAnswer.Refused(RefusalReason.Behind, "behind"), hello));
        Assert.Equal(FollowerMove.TryLater, _course.Decide(new FollowAnswer.Resume(1), _course.Hello(Identity, null)));
        Assert.Equal(FollowerMove.TryLater, _course.Decide(new FollowAnswer.Resume(41) { ProtocolVersion = 2 }, hello));
    }

    [Fact]
    public void After_a_fork_it_introduces_itself_without_data_until_it_has_begun_anew()
    {
        Assert.Equal(FollowerMove.Reintroduce, _course.Decide(Diverged, _course.Hello(Identity, Log)));

        Assert.False(_course.Hello(Identity, Log).HasLog);
        Assert.Equal(30, _course.Fork?.Index);
        Assert.Equal(FollowerMove.TryLater, _course.Decide(new FollowAnswer.Resume(41), _course.Hello(Identity, Log)));
        Assert.Equal(FollowerMove.Follow, _course.Decide(new FollowAnswer.Resume(41), _course.Hello(Identity, LogBehindSnapshot)));
        _course.Bootstrapped();

        Assert.Equal(FollowerMove.Follow, _course.Decide(new FollowAnswer.Resume(41), _course.Hello(Identity, Log)));
    }

    [Fact]
    public void What_an_earlier_run_fetched_of_another_history_keeps_it_from_naming_its_own_log_when_that_is_given_up()
    {
        _course.PartedBefore(new LogPosition(new Epoch(1), 30));

        Assert.Equal(FollowerMove.BeginAnew, _course.Decide(Diverged, _course.Hello(Identity, LogBehindSnapshot)));

        Assert.False(_course.Hello(Identity, Log).HasLog);
    }

    [Fact]
    public void A_bootstrap_whose_log_parted_from_the_upstreams_begins_anew_and_says_nothing_against_the_nodes_own_log()
    {
        Assert.Equal(FollowerMove.BeginAnew, _course.Decide(Diverged, _course.Hello(Identity, LogBehindSnapshot)));

        Assert.Null(_course.Fork);
        Assert.True(_course.Hello(Identity, Log).HasLog);
    }

    [Fact]
    public void A_node_without_a_log_that_is_told_that_it_parted_pauses_instead_of_asking_again_at_once() =>
        Assert.Equal(FollowerMove.TryLater, _course.Decide(Diverged, _course.Hello(Identity, null)));

    [Theory]
    [InlineData(40, 60, null)]
    [InlineData(60, 40, null)]
    [InlineData(40, 40, null)]
    public void Two_logs_of_the_same_reigns_did_not_part(long end, long otherEnd, long? fork) =>
        Assert.Equal(fork, LogTo(end, Epochs).ForkFrom(LogTo(otherEnd, Epochs))?.Index);

    [Fact]
    public void Two_logs_part_where_one_went_on_in_another_reign()
    {
        var other = Epochs.With(new EpochRow(new Epoch(2), 22, 31, 7));

        Assert.Equal(30, LogTo(40, Epochs).ForkFrom(LogTo(50, other))?.Index);
        Assert.Null(LogTo(30, Epochs).ForkFrom(LogTo(50, other)));
    }

    private static FollowerLog LogTo(long end, EpochTable epochs) => new(Identity.History, new LogTail(new LogPosition(epochs.EpochAt(end), end), 1, 1), epochs);

    [Fact]
    public void One_snapshot_after_the_other_is_a_reason_to_pause_until_a_log_is_gone_on_with()
    {
        _course.Decide(new FollowAnswer.NeedSnapshot(), _course.Hello(Identity, null));
        Assert.False(_course.IsGoingInCircles);
        _course.Decide(new FollowAnswer.NeedSnapshot(), _course.Hello(Identity, LogBehindSnapshot));
        Assert.True(_course.IsGoingInCircles);

        _course.Decide(new FollowAnswer.Resume(41), _course.Hello(Identity, LogBehindSnapshot));

        Assert.False(_course.IsGoingInCircles);
    }
}
