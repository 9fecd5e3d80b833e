using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Positions;
using Replication.Core.Records;

namespace Replication.Core.Tests.Database;

public sealed class WithdrawalTests
{
    private readonly Lineage _lineage = new();

    [Fact]
    public void Data_that_is_not_in_the_history_that_goes_on_is_neither_read_nor_followed_and_its_log_is_still_there_to_be_kept_aside()
    {
        using var node = TestNode.Open(new MemoryFileSystem(), _lineage);
        node.BeginReign();
        node.Commit("a", "1");
        var lease = node.Database.Log!;

        node.Database.Withdraw();

        Assert.Equal(0, node.Database.State.Index);
        Assert.True(lease.Ended.IsCancellationRequested);
        Assert.Equal(default, UpstreamView.Of(node.Database, Anybody));
        Assert.Equal(_lineage.End, node.Database.Log!.Log.Durable.Index);
    }

    [Fact]
    public void A_bootstrap_makes_it_whole_again_and_forgets_the_digests_of_what_was_replaced()
    {
        using var primary = TestNode.Open(new MemoryFileSystem(), _lineage);
        primary.BeginReign();
        primary.Commit("a", "1");
        primary.Commit("b", "2");
        var offer = new Offer(primary.Database.History, primary.Database.State);
        using var node = TestNode.Open(new MemoryFileSystem(), _lineage, withHistory: false);
        node.Database.Digests.Record(1, new StateDigest(77), 7);
        node.Database.Withdraw();

        var shownWhenCounted = -1L;
        offer.Install(node.Database, _lineage, offer.Manifest.Position.Index, () => shownWhenCounted = node.Database.State.Index);

        Assert.Equal((0, offer.Manifest.Position.Index), (shownWhenCounted, node.Database.State.Index));
        Assert.False(node.Database.IsWithdrawn);
        Assert.Null(node.Database.Digests.Find(1));
        Assert.NotNull(node.Database.Digests.Find(offer.Manifest.Position.Index));
    }

    [Fact]
    public void A_snapshot_of_changed_memory_is_found_wrong_by_the_log_behind_it_before_anything_is_installed()
    {
        using var primary = TestNode.Open(new MemoryFileSystem(), _lineage);
        primary.BeginReign();
        primary.Commit("a", "1");
        primary.Commit("b", "2");
        var sound = primary.Database.State;
        primary.LogDigest();
        using var other = TestNode.Open(new MemoryFileSystem(), new Lineage());
        other.BeginReign();
        other.Commit("a", "1");
        other.Commit("b", "3");
        var wrong = other.Database.State;
        var offer = new Offer(primary.Database.History, new DatabaseState(sound.Tail, wrong.Collections, wrong.Digest, wrong.Records, sound.Epochs, sound.Configuration, wrong.Memory, wrong.Version));
        using var node = TestNode.Open(new MemoryFileSystem(), _lineage, withHistory: false);
        using var bootstrap = Bootstrap.Begin(node.Database, offer.Manifest);
        Offer.Stream(bootstrap, _lineage, _lineage.End);
        offer.Fetch(bootstrap);

        var state = bootstrap.Load(CancellationToken.None);

        Assert.Throws<DigestMismatchException>(() => bootstrap.Replay(state, 0, CancellationToken.None));
        Assert.Equal(sound.Position, bootstrap.ReplayWhatAgrees(bootstrap.Load(CancellationToken.None), 0, CancellationToken.None).Position);
        Assert.Null(node.Database.Log);
    }

    private static Hello Anybody => new(
        1, 1, HistoryId.None, 9, "anybody", "", 1, 1, FollowerKind.Reader, EpochTable.Empty, LogPosition.Start, 0);
}
