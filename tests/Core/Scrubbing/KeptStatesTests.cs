using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Scrubbing;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Scrubbing;

public sealed class KeptStatesTests
{
    private readonly KeptStates _kept = new();

    [Fact]
    public void Nothing_is_kept_before_a_scrub_begins_nor_after_it_ended()
    {
        _kept.Offer(StateAt(5));
        Assert.Null(_kept.Find(5));

        _kept.Keep(5, ReadView.Open(StateAt(4)));
        _kept.Offer(StateAt(5));
        _kept.Drop();

        Assert.Null(_kept.Find(5));
        Assert.False(_kept.IsKeeping);
    }

    [Fact]
    public void The_first_digests_from_an_index_on_are_kept_until_one_is_asked_for()
    {
        _kept.Keep(5, ReadView.Open(StateAt(2)));
        var states = Enumerable.Range(3, 20).Select(index => StateAt(index)).ToArray();
        foreach (var state in states) _kept.Offer(state);

        Assert.Null(_kept.Find(4));
        Assert.Null(_kept.Find(5 + KeptStates.Capacity));
        Assert.Same(states[3], _kept.Find(6)!.State);
        Assert.Null(_kept.Find(7));
        Assert.Same(states[3], _kept.Find(6)!.State);
        Assert.False(_kept.IsKeeping);
    }

    [Fact]
    public void What_is_shown_already_may_be_what_is_asked_for()
    {
        var shown = StateAt(5);
        _kept.Keep(5, ReadView.Open(shown));

        Assert.Same(shown, _kept.Find(5)!.State);
    }

    [Fact]
    public void What_was_decided_and_given_up_is_not_what_will_stand_there()
    {
        _kept.Keep(1, ReadView.Open(StateAt(0)));
        _kept.Offer(StateAt(5));
        _kept.CutBehind(4);
        Assert.Null(_kept.Find(5));

        var again = StateAt(5);
        _kept.Offer(again);
        Assert.Same(again, _kept.Find(5)!.State);
    }

    [Fact]
    public void A_committer_that_abandons_a_batch_gives_up_what_was_kept_of_it()
    {
        var digests = new DigestHistory(16);
        var committer = new Committer(DatabaseState.Empty, new Core.Reigns.Reign(new Epoch(1), 1, 2, "p"), digests);
        digests.States.Keep(1, ReadView.Open(DatabaseState.Empty));
        committer.LogDigest(new Nobody(), 1_000);
        var batch = committer.TakeBatch()!;
        var index = batch.State.Index;

        committer.Abandon(batch, DatabaseState.Empty, new CommitOutcome.Rejected(RejectionReason.DiskFull, "full"));

        Assert.Null(digests.States.Find(index));
    }

    [Fact]
    public void Applying_a_digest_entry_keeps_exactly_its_state_although_writes_go_on_in_the_same_batch()
    {
        var digests = new DigestHistory(16);
        var pipeline = new CommitPipeline(DatabaseState.Empty, new Epoch(1), digests);
        var check = new TransactionCheck(TransactionLimits.Default);
        void Commit(string value) => pipeline.Decide(check.Check(new Transaction([Put("c", "k", value)]), DatabaseState.Empty, out _)!, 1_000);
        digests.States.Keep(1, ReadView.Open(DatabaseState.Empty));
        Commit("1");
        pipeline.AppendDigest(1_000);
        Commit("2");
        var (_, newest) = pipeline.TakeBatch();

        var kept = digests.States.Find(2)!.State;

        Assert.Equal(["c (Json)", "c/k = 31 @ 1"], StateFacts.Lines(kept));
        Assert.Equal(["c (Json)", "c/k = 32 @ 3"], StateFacts.Lines(newest));
        Assert.Equal((2L, digests.Find(2)!.Digest), (kept.Index, kept.Digest));
    }

    private static DatabaseState StateAt(long index)
    {
        var state = new StateBuilder(DatabaseState.Empty, new DigestHistory(1));
        state.LoadEnd(new Core.Log.LogTail(new LogPosition(new Epoch(1), index), 0, 0), EpochTable.Empty, Core.Reigns.Configuration.None);
        return state.Freeze();
    }

    private sealed class Nobody : ICommitCaller
    {
        public void Answer(CommitOutcome outcome)
        {
        }
    }
}
