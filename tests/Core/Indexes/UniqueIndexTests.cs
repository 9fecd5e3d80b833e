using Replication.Core.Indexes;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Indexes;

public sealed class UniqueIndexTests
{
    private readonly TestPrimary _primary = new(indexStep: 2);

    [Fact]
    public void A_value_that_another_record_has_is_rejected()
    {
        Unique();

        var rejected = _primary.Reject(Put("c", "z", """{"e":"a"}"""));

        Assert.Equal((RejectionReason.UniqueViolation, 0), (rejected.Reason, rejected.Operation!.Value));
        Assert.Equal("Index 'e' of collection 'c' is unique, and record 'ka' has the same value at 'e'. Change one of the two.", rejected.Message);
        _primary.Accept(Put("c", "ka", """{"e":"a","more":1}"""));
        _primary.Accept(Put("c", "z", """{"e":"z"}"""));
        _primary.Accept(Put("c", "none", """{}"""), Put("c", "none too", """{}"""));
        AssertRight();
    }

    [Fact]
    public void A_race_is_decided_by_the_order_before_anything_is_durable()
    {
        Unique();
        _primary.Publish();

        _primary.Accept(Put("c", "first", """{"e":"new"}"""));
        var second = Assert.IsType<CommitOutcome.Rejected>(_primary.Decide(Put("c", "second", """{"e":"new"}""")));
        _primary.Accept(Delete("c", "first"));
        _primary.Accept(Put("c", "second", """{"e":"new"}"""));

        Assert.Equal(RejectionReason.UniqueViolation, second.Reason);
        _primary.Publish();
        AssertRight();
    }

    [Fact]
    public void What_counts_is_what_the_transaction_leaves()
    {
        Unique();

        Assert.Equal((RejectionReason.UniqueViolation, 1), Rejection(Put("c", "x", """{"e":"x"}"""), Put("c", "y", """{"e":"x"}""")));
        Assert.Equal((RejectionReason.UniqueViolation, 1), Rejection(Delete("c", "ka"), Put("c", "y", """{"e":["q","b"]}""")));
        Assert.Equal((RejectionReason.UniqueViolation, 2), Rejection(Delete("c", "ka"), Put("c", "y", """{"e":"a"}"""), Put("c", "ka", """{"e":"a"}""")));
        _primary.Accept(Delete("c", "ka"), Put("c", "y", """{"e":"a"}"""));
        _primary.Accept(Put("c", "y", """{"e":"b"}"""), Put("c", "kb", """{"e":"a"}"""));
        _primary.Accept(Put("c", "x", """{"e":"x"}"""), Put("c", "v", """{"e":"x"}"""), Delete("c", "x"));
        _primary.Accept(Put("c", "twice", """{"e":["t","t"]}"""), Put("c", "twice", """{"e":["t"]}"""));
        _primary.Publish();

        AssertRight();
    }

    [Fact]
    public void A_transaction_that_drops_the_index_or_the_collection_is_not_held_to_it()
    {
        Unique();
        _primary.Accept(Put("c", "double", """{"e":"a"}"""), Operation.DropIndex("c", "e"));
        _primary.Accept(Operation.Drop("c"), Put("c", "x", """{"e":"x"}"""), Put("c", "y", """{"e":"x"}"""));
        _primary.Publish();

        AssertRight();
    }

    [Fact]
    public void Records_that_have_the_same_value_end_the_building_and_the_reason_is_there_to_read()
    {
        for (var i = 0; i < 9; i++) _primary.Accept(Put("c", $"k{i}", $$"""{"e":{{(i == 7 ? 1 : i)}}}"""));
        _primary.Accept(Operation.CreateIndex("c", "e", "e", isUnique: true));
        _primary.BuildIndexes();

        var index = _primary.Published.Collections["c"].FindIndex("e")!;
        Assert.Equal((IndexPhase.Failed, 0L), (index.State.Phase, index.EntryCount));
        Assert.Equal("Records 'k1' and 'k7' have the same value. Drop the index, change one of them, and create it again.", index.State.Failure);
        _primary.Accept(Put("c", "k8", """{"e":1}"""));
        _primary.Accept(Operation.DropIndex("c", "e"), Delete("c", "k7"), Delete("c", "k8"));
        _primary.Accept(Operation.CreateIndex("c", "e", "e", isUnique: true));
        _primary.BuildIndexes();
        Assert.Equal(IndexPhase.Ready, _primary.Published.Collections["c"].FindIndex("e")!.State.Phase);
        AssertRight();
    }

    [Fact]
    public void Two_records_of_one_step_are_compared_too()
    {
        _primary.Accept(Put("c", "a", """{"e":[1,2]}"""), Put("c", "b", """{"e":[3,2]}"""), Operation.CreateIndex("c", "e", "e", isUnique: true));
        _primary.BuildIndexes();

        Assert.Equal(IndexPhase.Failed, _primary.Published.Collections["c"].FindIndex("e")!.State.Phase);
    }

    [Fact]
    public void While_it_is_built_what_it_holds_is_defended_and_what_comes_behind_is_found_by_the_building()
    {
        for (var i = 0; i < 6; i++) _primary.Accept(Put("c", $"k{i}", $$"""{"e":{{i}}}"""));
        _primary.Accept(Operation.CreateIndex("c", "e", "e", isUnique: true));
        _primary.Pipeline.BuildIndexes(_primary.Now);

        Assert.Equal(RejectionReason.UniqueViolation, Assert.IsType<CommitOutcome.Rejected>(_primary.Decide(Put("c", "k9", """{"e":1}"""))).Reason);
        _primary.Accept(Put("c", "k9", """{"e":5}"""));
        _primary.BuildIndexes();

        Assert.Equal(IndexPhase.Failed, _primary.Published.Collections["c"].FindIndex("e")!.State.Phase);
        AssertRight();
    }

    private void Unique()
    {
        _primary.Accept(Put("c", "ka", """{"e":"a"}"""), Put("c", "kb", """{"e":"b"}"""), Put("c", "kc", """{"e":"c"}"""));
        _primary.Accept(Operation.CreateIndex("c", "e", "e", isUnique: true));
        _primary.BuildIndexes();
    }

    private (RejectionReason Reason, int Operation) Rejection(params Operation[] operations)
    {
        var rejected = _primary.Reject(operations);
        return (rejected.Reason, rejected.Operation!.Value);
    }

    private void AssertRight()
    {
        Assert.Null(StateFacts.IndexDifference(_primary.Published));
        StateFacts.AssertSame(_primary.Published, _primary.Replay());
    }
}
