using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Transactions;

public sealed class CommitterTests
{
    private readonly Committer _committer = new(DatabaseState.Empty, new Reign(new Epoch(3), 0x5EED, 7, "first"), new DigestHistory(16));

    [Fact]
    public void The_first_entries_of_a_new_history_are_the_epoch_start_and_the_configuration()
    {
        _committer.BeginReign(1);
        _committer.BeginReign(2);

        var batch = _committer.TakeBatch()!;

        Assert.Equal([EntryKind.EpochStart, EntryKind.Configuration], KindsOf(batch));
        Assert.Equal(new Epoch(3), batch.State.Epochs.Last.Epoch);
    }

    [Fact]
    public void Nobody_is_answered_before_the_batch_is()
    {
        var caller = Decide("a");
        var batch = _committer.TakeBatch()!;
        Assert.Null(caller.Outcome);

        batch.Answer();

        Assert.IsType<CommitOutcome.Committed>(caller.Outcome);
    }

    [Fact]
    public void One_batch_is_with_the_disk_at_most_and_the_next_one_fills_meanwhile()
    {
        Decide("a");
        var first = _committer.TakeBatch()!;
        var second = Decide("b");
        Assert.Null(_committer.TakeBatch());

        _committer.Complete(first);
        var next = _committer.TakeBatch()!;

        Assert.Equal([EntryKind.Transaction], KindsOf(next));
        Assert.Null(second.Outcome);
    }

    [Fact]
    public void A_rejection_waits_for_the_entries_that_it_rests_on()
    {
        Decide("a");
        var batch = _committer.TakeBatch()!;
        var rejected = Decide("a", Precondition.Absent);

        _committer.AnswerSettled();
        Assert.Null(rejected.Outcome);
        _committer.Complete(batch);
        _committer.AnswerSettled();

        Assert.IsType<CommitOutcome.Rejected>(rejected.Outcome);
    }

    [Fact]
    public void A_rejection_among_accepted_ones_leaves_with_their_batch()
    {
        Complete();
        Decide("a");
        var rejected = Decide("a", Precondition.Absent);

        _committer.AnswerSettled();
        Assert.Null(rejected.Outcome);
        _committer.TakeBatch()!.Answer();

        Assert.IsType<CommitOutcome.Rejected>(rejected.Outcome);
    }

    [Fact]
    public void A9_What_a_full_disk_did_not_take_is_rejected_with_everything_that_was_decided_behind_it()
    {
        var durable = Complete();
        var inBatch = Decide("a");
        var batch = _committer.TakeBatch()!;
        var behind = Decide("b");
        var rests = Decide("a", Precondition.Absent);

        _committer.Abandon(batch, durable, new CommitOutcome.Rejected(RejectionReason.DiskFull, "full"));

        Assert.All([inBatch, behind, rests], caller => Assert.Equal(RejectionReason.DiskFull, Assert.IsType<CommitOutcome.Rejected>(caller.Outcome).Reason));
        Decide("a", Precondition.Absent);
        var next = _committer.TakeBatch()!;
        Assert.Equal(durable.Tail, next.Log.Before);
        Assert.Equal([EntryKind.Transaction], KindsOf(next));
        Assert.Equal(1, next.State.Records);
    }

    [Fact]
    public void A_rejection_that_rested_on_what_a_full_disk_did_not_take_is_not_remembered()
    {
        var durable = Complete();
        Decide("a");
        var batch = _committer.TakeBatch()!;
        Decide("a", Precondition.Absent, "r");
        _committer.Abandon(batch, durable, new CommitOutcome.Rejected(RejectionReason.DiskFull, "full"));

        var again = Decide("a", Precondition.Absent, "r");
        _committer.TakeBatch()!.Answer();

        Assert.IsType<CommitOutcome.Committed>(again.Outcome);
    }

    [Fact]
    public void A9_A_digest_that_is_asked_for_behind_a_full_disk_is_logged_although_nothing_was_written_since()
    {
        var durable = Complete();
        Decide("a");
        _committer.Abandon(_committer.TakeBatch()!, durable, new CommitOutcome.Rejected(RejectionReason.DiskFull, "full"));

        _committer.LogDigest(new Caller(), 1);

        var frames = _committer.TakeBatch()!.Log.Frames;
        Assert.Equal((EntryKind.StateDigest, durable.Index + 1), (FrameHeader.Read(frames.Span).Kind, FrameHeader.Read(frames.Span).Index));
    }

    [Fact]
    public void A9_A_reign_whose_start_found_no_room_begins_with_the_next_transaction()
    {
        _committer.BeginReign(1);
        _committer.Abandon(_committer.TakeBatch()!, DatabaseState.Empty, new CommitOutcome.Rejected(RejectionReason.DiskFull, "full"));

        Decide("a");

        Assert.Equal(EntryKind.EpochStart, KindsOf(_committer.TakeBatch()!)[0]);
    }

    [Fact]
    public void A_request_asked_again_is_answered_only_when_the_entry_of_the_first_is_durable()
    {
        Complete();
        var first = Decide("a", request: "r");
        var batch = _committer.TakeBatch()!;
        var again = Decide("a", request: "r");

        _committer.AnswerSettled();
        Assert.Null(again.Outcome);
        batch.Answer();
        _committer.Complete(batch);
        _committer.AnswerSettled();

        Assert.IsType<CommitOutcome.Committed>(first.Outcome);
        Assert.Equal(first.Outcome, again.Outcome);
        Assert.Null(_committer.TakeBatch());
        Assert.Equal(first.Outcome, Settle(Decide("a", request: "r")).Outcome);
    }

    [Fact]
    public void A9_On_a_full_disk_a_request_is_rejected_with_its_entry_and_answered_when_that_was_durable_before()
    {
        Complete();
        var durable = Decide("a", request: "durable");
        var batch = _committer.TakeBatch()!;
        batch.Answer();
        _committer.Complete(batch);
        var known = Decide("a", request: "durable");
        var lost = Decide("b", request: "lost");
        var full = _committer.TakeBatch()!;
        var knownBehind = Decide("a", request: "durable");
        var lostAgain = Decide("b", request: "lost");

        _committer.Abandon(full, batch.State, new CommitOutcome.Rejected(RejectionReason.DiskFull, "full"));

        Assert.All([known, knownBehind], caller => Assert.Equal(durable.Outcome, caller.Outcome));
        Assert.All([lost, lostAgain], caller => Assert.Equal(RejectionReason.DiskFull, Assert.IsType<CommitOutcome.Rejected>(caller.Outcome).Reason));
        Decide("b", request: "lost");
        Assert.Equal(2, _committer.TakeBatch()!.State.Requests.Count);
    }

    private Caller Settle(Caller caller)
    {
        _committer.AnswerSettled();
        return caller;
    }

    private static List<EntryKind> KindsOf(CommitBatch batch) =>
        [.. TestLog.Split(new FrameRun(batch.Log.First.Index, batch.State.Index, batch.Log.Frames)).Select(frame => FrameHeader.Read(frame).Kind).Where(kind => kind != EntryKind.StateDigest)];

    private DatabaseState Complete()
    {
        _committer.BeginReign(1);
        var batch = _committer.TakeBatch()!;
        _committer.Complete(batch);
        return batch.State;
    }

    private Caller Decide(string key, Precondition precondition = default, string request = "")
    {
        var caller = new Caller();
        var candidate = new TransactionCheck(TransactionLimits.Default).Check(new Transaction([TestPrimary.Put("docs", key, "1", precondition)], TestPrimary.Utf8(request)), DatabaseState.Empty, out _);
        _committer.Decide(candidate!, caller, 1_000);
        return caller;
    }

    private sealed class Caller : ICommitCaller
    {
        public CommitOutcome? Outcome { get; private set; }

        public void Answer(CommitOutcome outcome) => Outcome = Outcome is null ? outcome : throw new InvalidOperationException("answered twice");
    }
}
