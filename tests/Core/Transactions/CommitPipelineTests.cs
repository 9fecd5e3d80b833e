using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Transactions;

public sealed class CommitPipelineTests
{
    private readonly TestPrimary _primary = new();

    [Fact]
    public void An_accepted_transaction_stands_at_the_next_position_and_is_shown_when_its_batch_is_durable()
    {
        var first = _primary.Accept(Put("c", "a", "1"));
        var second = _primary.Accept(Put("c", "b", "2"), Delete("c", "a"));
        Assert.Empty(_primary.Published.Collections);

        _primary.Publish();

        Assert.Equal(["1/2", "1/3"], new[] { first.ToString(), second.ToString() });
        Assert.Equal(["c (Json)", "c/b = 32 @ 3"], StateFacts.Lines(_primary.Published));
        StateFacts.AssertSame(_primary.Published, _primary.Replay());
    }

    [Fact]
    public void The_first_put_makes_a_collection_for_json_in_the_same_entry()
    {
        _primary.Accept(Put("c", "a", "1"), Put("c", "b", "2"));
        _primary.Publish();

        var entry = Protos.V1.TransactionEntry.Parser.ParseFrom(_primary.Frames[^1].AsSpan(FrameHeader.Size));

        Assert.Equal(
            [Protos.V1.OperationEntry.Types.Action.CreateJsonCollection, Protos.V1.OperationEntry.Types.Action.Put, Protos.V1.OperationEntry.Types.Action.Put],
            entry.Operations.Select(operation => operation.Action));
    }

    [Fact]
    public void The_request_id_is_in_the_log()
    {
        Assert.IsType<CommitOutcome.Committed>(_primary.Decide(new Transaction([Put("c", "a", "1")], Utf8("request-7"))));
        _primary.Publish();

        Assert.Equal("request-7", Protos.V1.TransactionEntry.Parser.ParseFrom(_primary.Frames[^1].AsSpan(FrameHeader.Size)).RequestId.ToStringUtf8());
    }

    [Fact]
    public void Preconditions_see_entries_that_are_not_durable_yet()
    {
        _primary.Accept(Put("c", "a", "1", Precondition.Absent));
        var position = _primary.Pipeline.Newest.Position;

        Assert.Equal(RejectionReason.PreconditionFailed, Rejected(Put("c", "a", "2", Precondition.Absent)).Reason);
        _primary.Accept(Put("c", "a", "2", Precondition.Present));
        Assert.Equal(RejectionReason.PreconditionFailed, Rejected(Put("c", "a", "3", Precondition.UnchangedSince(position))).Reason);
        _primary.Accept(Put("c", "a", "3", Precondition.UnchangedSince(_primary.Pipeline.Newest.Position)));
    }

    [Fact]
    public void Preconditions_are_all_decided_before_the_first_operation()
    {
        _primary.Accept(Put("c", "a", "1"));

        var rejected = Rejected(Delete("c", "a"), Put("c", "a", "2", Precondition.Absent));
        _primary.Accept(Delete("c", "a"), Put("c", "a", "2", Precondition.Present));

        Assert.Equal((RejectionReason.PreconditionFailed, 1), (rejected.Reason, rejected.Operation!.Value));
    }

    [Theory]
    [InlineData(PreconditionKind.None, false, true)]
    [InlineData(PreconditionKind.None, true, true)]
    [InlineData(PreconditionKind.Absent, false, true)]
    [InlineData(PreconditionKind.Absent, true, false)]
    [InlineData(PreconditionKind.Present, false, false)]
    [InlineData(PreconditionKind.Present, true, true)]
    [InlineData(PreconditionKind.UnchangedSince, false, false)]
    [InlineData(PreconditionKind.UnchangedSince, true, true)]
    public void Every_precondition_on_a_record(PreconditionKind kind, bool exists, bool holds)
    {
        _primary.Accept(Put("c", "other", "1"));
        if (exists) _primary.Accept(Put("c", "k", "1"));

        var outcome = _primary.Decide(Delete("c", "k", new Precondition(kind, _primary.Pipeline.Newest.Position)));

        Assert.Equal(holds, outcome is CommitOutcome.Committed);
    }

    [Fact]
    public void Preconditions_on_a_collection()
    {
        Assert.Equal(RejectionReason.PreconditionFailed, Rejected(Operation.Drop("c") with { Precondition = Precondition.Present }).Reason);
        _primary.Accept(Operation.Create("c", CollectionKind.Json) with { Precondition = Precondition.Absent });
        Assert.Equal(RejectionReason.PreconditionFailed, Rejected(Operation.Create("c", CollectionKind.Json) with { Precondition = Precondition.Absent }).Reason);
        _primary.Accept(Operation.Drop("c") with { Precondition = Precondition.Present });
    }

    [Theory]
    [InlineData(1, 2, "was written at 1/3, behind 1/2")]
    [InlineData(2, 3, "is not in this history")]
    [InlineData(1, 4, "is not in this history")]
    [InlineData(0, 3, "is not in this history")]
    [InlineData(0, 0, "was written at 1/3, behind 0/0")]
    public void Unchanged_since_a_position_that_does_not_hold(uint epoch, long index, string why)
    {
        _primary.Accept(Put("c", "other", "1"));
        _primary.Accept(Put("c", "k", "1"));

        var rejected = Rejected(Put("c", "k", "2", Precondition.UnchangedSince(new LogPosition(new Epoch(epoch), index))));

        Assert.Contains(why, rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rejection_behind_half_of_the_operations_leaves_no_trace()
    {
        _primary.Accept(Put("c", "k", "1"));

        _primary.Reject(Put("c", "k", "2"), Put("new", "k", "1"), Operation.Drop("c"), Operation.Create("d", CollectionKind.Bytes), Delete("nowhere", "k"));
        _primary.Reject(Put("new", "k", "1"), Put("c", "k", "no json"));

        Assert.Equal(["c (Json)", "c/k = 31 @ 2"], StateFacts.Lines(_primary.Published));
        StateFacts.AssertSame(_primary.Published, _primary.Replay());
    }

    [Fact]
    public void Values_that_are_no_json_are_right_exactly_when_their_collection_holds_bytes_at_their_turn()
    {
        Assert.Equal(RejectionReason.InvalidJson, _primary.Reject(Put("c", "k", "x")).Reason);
        _primary.Accept(Operation.Create("c", CollectionKind.Bytes), Put("c", "k", "x"));
        _primary.Accept(Put("c", "k", "not published yet"));
        _primary.Publish();
        _primary.Accept(Put("c", "k", "y"));

        var again = Rejected(Operation.Drop("c"), Put("c", "k", "y"));
        _primary.Accept(Operation.Drop("c"), Put("c", "k", "1"));
        var behind = Rejected(Put("c", "k", "z"));

        Assert.Equal((RejectionReason.InvalidJson, 1), (again.Reason, again.Operation!.Value));
        Assert.Equal(RejectionReason.InvalidJson, behind.Reason);
        _primary.Publish();
        Assert.Equal(["c (Json)", "c/k = 31 @ 5"], StateFacts.Lines(_primary.Published));
    }

    [Fact]
    public void A_digest_is_logged_behind_every_4096_entries_and_agrees_when_replayed()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _primary.Accept(Put("c", $"{i % 50}", $"{i}"));
            if (i % 100 == 0) _primary.Publish();
        }
        _primary.Publish();

        var digests = _primary.Frames.Select(frame => FrameHeader.Read(frame)).Where(header => header.Kind == EntryKind.StateDigest).Select(header => header.Index);

        Assert.Equal([4097, 4097 + 4097], digests);
        StateFacts.AssertSame(_primary.Published, _primary.Replay());
    }

    [Fact]
    public void A_digest_asked_for_is_logged_once()
    {
        _primary.Accept(Put("c", "k", "1"));

        _primary.Pipeline.AppendDigest(2_000);
        _primary.Pipeline.AppendDigest(2_000);
        _primary.Publish();

        Assert.Equal([EntryKind.EpochStart, EntryKind.Transaction, EntryKind.StateDigest], _primary.Frames.Select(frame => FrameHeader.Read(frame).Kind));
    }

    [Fact]
    public void A_batch_with_the_disk_is_not_touched_by_what_is_decided_meanwhile()
    {
        _primary.Accept(Put("c", "k", "1"));
        var (batch, state) = _primary.Pipeline.TakeBatch();
        var (bytes, end) = (batch.Frames.ToArray(), batch.After);

        for (var i = 0; i < 100; i++) _primary.Accept(Put("c", "k", $"{i}"));

        Assert.Equal(bytes, batch.Frames.ToArray());
        Assert.Equal((2L, end), (state.Index, batch.After));
        Assert.Equal(["c (Json)", "c/k = 31 @ 2"], StateFacts.Lines(state));
        Assert.Equal(102, _primary.Pipeline.Newest.Index);
        _primary.Pipeline.Complete(batch);
        var (next, _) = _primary.Pipeline.TakeBatch();
        Assert.Equal((3, 102, 100), (next.First.Index, next.After.Index, next.Count));
        Assert.Equal(end, next.Before);
    }

    [Fact]
    public void A_batch_is_full_beyond_its_bytes_and_takes_the_transaction_that_fills_it()
    {
        _primary.Accept(Operation.Create("b", CollectionKind.Bytes));
        for (var i = 0; i < 3; i++) _primary.Accept(Operation.Put("b", Utf8("k"), new byte[1024 * 1024]));
        Assert.False(_primary.Pipeline.IsFull);

        _primary.Accept(Operation.Put("b", Utf8("k"), new byte[1024 * 1024]));

        Assert.True(_primary.Pipeline.IsFull);
        _primary.Publish();
        Assert.False(_primary.Pipeline.IsFull);
        StateFacts.AssertSame(_primary.Published, _primary.Replay());
    }

    [Fact]
    public void Timestamps_never_fall_within_a_reign()
    {
        foreach (var now in new[] { 5_000L, 4_000, 6_000, 1 })
        {
            _primary.Now = now;
            _primary.Accept(Put("c", "k", "1"));
        }
        _primary.Publish();

        Assert.Equal([1_000, 5_000, 5_000, 6_000, 6_000], _primary.Frames.Select(frame => FrameHeader.Read(frame).TimestampMicros));
    }

    [Fact]
    public void What_the_pipeline_writes_is_a_log_that_recovers_to_the_same_state()
    {
        using var log = TestLog.Create(segmentBytes: 64 * 1024);
        var pipeline = new CommitPipeline(DatabaseState.Empty, new Epoch(1), new DigestHistory(16));
        var check = new TransactionCheck(TransactionLimits.Default);
        pipeline.Append(EntryKind.EpochStart, new Core.Reigns.EpochStart(5, 1, "n").ToArray(), 1);
        var published = DatabaseState.Empty;
        for (var i = 0; i < 2_000; i++)
        {
            pipeline.Decide(check.Check(new Transaction([Put($"c{i % 3}", $"{i % 77}", $"\"{new string('v', i % 400)}\"")]), published, out _)!, i);
            if (i % 7 != 0) continue;
            var (batch, state) = pipeline.TakeBatch();
            log.Log.Append(batch, 0);
            pipeline.Complete(batch);
            published = state;
        }

        using var reopened = TestLog.Open(log.Files, 64 * 1024).Log;
        var replayed = new StateBuilder(DatabaseState.Empty, new DigestHistory(16));
        foreach (var frame in TestLog.ReadAll(reopened)) replayed.Apply(FrameHeader.Read(frame), FrameReader.Payload(frame));

        StateFacts.AssertSame(published, replayed.Freeze());
    }

    private CommitOutcome.Rejected Rejected(params Operation[] operations) => Assert.IsType<CommitOutcome.Rejected>(_primary.Decide(operations));
}
