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

    private readonly FollowerCourse _course = new(new FollowerSelf("replica", "http://here", 77, FollowerKind.Standby));

    [Fact]
    public void A_node_without_a_log_says_that_it_has_no_history()
    {
        var hello = _course.Hello(Identity, null, EpochTable.Empty);

        Assert.Equal((HistoryId.None, LogPosition.Start, 77UL, 9UL), (hello.History, hello.Durable, hello.RunId, hello.StartCounter));
        Assert.Equal(FollowerKind.Standby, hello.Kind);
    }

    [Fact]
    public void A_node_with_a_log_names_its_end()
    {
        var hello = _course.Hello(Identity, Tail, Epochs);

        Assert.Equal((Identity.History, Tail.Position, 0xABu), (hello.History, hello.Durable, hello.DurableCrc));
        Assert.Same(Epochs, hello.Epochs);
    }

    [Fact]
    public void Each_answer_has_its_move()
    {
        Assert.Equal(FollowerMove.Follow, _course.Decide(new FollowAnswer.Resume(41)));
        Assert.Equal(FollowerMove.Bootstrap, _course.Decide(new FollowAnswer.NeedSnapshot()));
        Assert.Equal(FollowerMove.TryLater, _course.Decide(new FollowAnswer.Refused(RefusalReason.Behind, "behind")));
    }

    [Fact]
    public void After_a_fork_it_introduces_itself_without_data_until_it_has_begun_anew()
    {
        Assert.Equal(FollowerMove.Reintroduce, _course.Decide(new FollowAnswer.Diverged(new LogPosition(new Epoch(1), 30))));

        Assert.Equal(HistoryId.None, _course.Hello(Identity, Tail, Epochs).History);
        Assert.Equal(30, _course.Fork?.Index);
        Assert.Equal(FollowerMove.TryLater, _course.Decide(new FollowAnswer.Resume(41)));
        _course.Bootstrapped();

        Assert.Equal(Identity.History, _course.Hello(Identity, Tail, Epochs).History);
        Assert.Equal(FollowerMove.Follow, _course.Decide(new FollowAnswer.Resume(41)));
    }
}
