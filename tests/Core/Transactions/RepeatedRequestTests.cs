using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Transactions;

/// <summary>Each row of the table in <see cref="RepeatedRequest"/>, and what its proof rests on.</summary>
public sealed class RepeatedRequestTests
{
    private const int Remembered = 3;

    private readonly TestPrimary _primary = new(requestsRemembered: Remembered);

    [Fact]
    public void Without_an_id_everything_is_decided()
    {
        Assert.Equal(("1/2", "1/3"), (Position(Ask("", null)), Position(Ask("", LogPosition.Start))));
        for (var i = 0; i < 5; i++) Ask($"r{i}", null);
        Assert.Equal("1/9", Position(Ask("", LogPosition.Start)));
    }

    [Fact]
    public void What_is_remembered_is_answered_with_the_position_of_the_first_whatever_else_is_asked_for()
    {
        var first = Ask("r", null);
        Ask("other", null);

        var again = Ask("r", null);
        var changed = _primary.Decide(new Transaction([Put("c", "elsewhere", "2", Precondition.Present)], Utf8("r"), LogPosition.Parse("1/1", null)));

        Assert.Equal(("1/2", "1/2", "1/2"), (Position(first), Position(again), Position(changed)));
        Assert.Equal(3, _primary.Pipeline.Newest.Position.Index);
    }

    [Fact]
    public void A_request_is_found_before_its_entry_is_durable_and_behind_it()
    {
        var first = Ask("r", null);
        Assert.Equal(first, Ask("r", null));
        _primary.Publish();
        Assert.Equal(first, Ask("r", null));
    }

    [Fact]
    public void Its_own_preconditions_are_not_asked_again()
    {
        Transaction transaction = new([Put("c", "k", "1", Precondition.Absent)], Utf8("r"));

        Assert.Equal(_primary.Decide(transaction), Assert.IsType<CommitOutcome.Committed>(_primary.Decide(transaction)));
        Assert.IsType<CommitOutcome.Rejected>(_primary.Decide(transaction with { RequestId = Utf8("another") }));
    }

    [Fact]
    public void A_request_that_was_executed_is_answered_although_its_value_would_not_be_accepted_any_more()
    {
        _primary.Accept(Operation.Create("c", CollectionKind.Bytes));
        _primary.Publish();
        Transaction transaction = new([Put("c", "k", "{no json")], Utf8("r"));
        var first = _primary.Decide(transaction);
        _primary.Accept(Operation.Drop("c"));
        _primary.Accept(Operation.Create("c", CollectionKind.Json));
        _primary.Publish();

        Assert.Equal(first, Assert.IsType<CommitOutcome.Committed>(_primary.Decide(transaction)));
        Assert.Equal(RejectionReason.InvalidJson, Assert.IsType<CommitOutcome.Rejected>(_primary.Decide(transaction with { RequestId = Utf8("another") })).Reason);
    }

    [Fact]
    public void A_rejected_request_is_rejected_again_whatever_changed_and_leaves_no_trace_in_the_log()
    {
        Transaction transaction = new([Put("c", "k", "1", Precondition.Present)], Utf8("r"));
        var rejection = _primary.Decide(transaction);
        _primary.Accept(Put("c", "k", "0"));

        Assert.Same(Assert.IsType<CommitOutcome.Rejected>(rejection), _primary.Decide(transaction));
        Assert.Same(rejection, _primary.Decide(transaction with { FirstSentAfter = LogPosition.Parse("1/2", null) }));
        Assert.Equal(2, _primary.Pipeline.Newest.Index);
        Assert.Equal("1/3", Position(_primary.Decide(transaction with { RequestId = Utf8("another") })));
    }

    [Fact]
    public void A_sending_that_comes_behind_the_answer_forgotten_is_not_executed_but_one_that_was_sent_behind_it_is()
    {
        for (var i = 0; i < 5; i++) Ask($"r{i}", null);
        var forgotten = Assert.IsType<CommitOutcome.Forgotten>(Ask("r", LogPosition.Start));
        Ask("r5", null);

        Assert.Same(forgotten, Ask("r", null)); // The first one, which was overtaken.
        Assert.Same(forgotten, Ask("r", LogPosition.Parse("1/5", null)));
        Assert.Equal("1/8", Position(Ask("r", forgotten.Newest)));
    }

    [Fact]
    public void A_request_that_there_was_no_memory_for_is_decided_when_there_is()
    {
        _primary.Pipeline.MaxMemoryBytes = 1;
        Assert.Equal(RejectionReason.MemoryFull, Assert.IsType<CommitOutcome.Rejected>(Ask("r", null)).Reason);
        _primary.Pipeline.MaxMemoryBytes = long.MaxValue;

        Assert.Equal("1/2", Position(Ask("r", null)));
    }

    [Fact]
    public void What_is_not_remembered_and_sent_for_the_first_time_is_decided()
    {
        for (var i = 0; i < 10; i++) Assert.Equal($"1/{i + 2}", Position(Ask($"r{i}", null)));
    }

    // Entries 2 to 6 name their requests; 4, 5 and 6 are remembered, so 3 is the last one forgotten.
    [Theory]
    [InlineData("0/0", false)]
    [InlineData("1/1", false)]
    [InlineData("1/2", false)]
    [InlineData("1/3", true)]
    [InlineData("1/4", true)]
    [InlineData("1/6", true)]
    [InlineData("1/7", false)] // nobody can know of an entry that is not there yet
    [InlineData("2/4", false)] // a reign that this history does not have
    [InlineData("0/4", false)]
    public void What_is_not_remembered_is_decided_only_if_nothing_was_forgotten_since_it_was_sent_first(string firstSentAfter, bool decided)
    {
        for (var i = 0; i < 5; i++) Ask($"r{i}", null);

        var outcome = Ask("r0-or-new", LogPosition.Parse(firstSentAfter, null));

        if (decided) Assert.Equal("1/7", Position(outcome));
        else Assert.Equal(LogPosition.Parse("1/6", null), Assert.IsType<CommitOutcome.Forgotten>(outcome).Newest);
        Assert.Equal(decided ? 7 : 6, _primary.Pipeline.Newest.Position.Index);
    }

    [Fact]
    public void While_nothing_was_forgotten_even_a_request_of_an_unknown_time_is_decided()
    {
        for (var i = 0; i < Remembered; i++) Ask($"r{i}", LogPosition.Start);

        Assert.Equal("1/5", Position(Ask("new", LogPosition.Parse("9/9", null))));
        Assert.IsType<CommitOutcome.Forgotten>(Ask("r0", LogPosition.Start));
    }

    [Fact]
    public void A_forgotten_request_leaves_no_trace_and_may_go_on_behind_the_position_it_is_told()
    {
        for (var i = 0; i < 5; i++) Ask($"r{i}", null);
        _primary.Publish();
        var before = _primary.Published;

        var forgotten = Assert.IsType<CommitOutcome.Forgotten>(Ask("new", LogPosition.Start));

        Assert.False(_primary.Pipeline.HasBatch);
        Assert.Equal(before.Digest, _primary.Published.Digest);
        Assert.Equal("1/7", Position(Ask("new", forgotten.Newest)));
    }

    [Fact]
    public void Transactions_without_ids_forget_nothing()
    {
        Ask("r", null);
        for (var i = 0; i < 50; i++) _primary.Accept(Put("c", $"k{i}", "1"));

        Assert.Equal("1/2", Position(Ask("r", LogPosition.Start)));
    }

    [Fact]
    public void The_memory_is_the_same_on_whoever_applies_the_log_and_goes_on_in_the_next_reign()
    {
        for (var i = 0; i < 5; i++) Ask($"r{i}", null);
        _primary.Publish();
        var replayed = _primary.Replay();
        StateFacts.AssertSame(_primary.Published, replayed);
        Assert.Equal(StateFacts.DigestOf(replayed), replayed.Digest);

        var committer = new Committer(replayed, new Reign(new Epoch(4), 8, 9, "next"), new DigestHistory(16), requestsRemembered: 2);
        CommitOutcome? known = null, forgotten = null;
        committer.Decide(Checked("r3"), new Told(outcome => known = outcome), 2_000);
        committer.Decide(Checked("r2", LogPosition.Parse("1/3", null)), new Told(outcome => forgotten = outcome), 2_000);
        var batch = committer.TakeBatch()!;
        batch.Answer();

        Assert.Equal("1/5", Position(known!));
        Assert.IsType<CommitOutcome.Forgotten>(forgotten);
        Assert.Equal((2, 2, 4L), (batch.State.Requests.Capacity, batch.State.Requests.Count, batch.State.Requests.ForgottenThrough));
        Assert.Equal(StateFacts.DigestOf(batch.State), batch.State.Digest);
    }

    // Reign 1 has entries 1 to 10, reign 3 has 11 to 20, reign 7 begins at 21 and is at 30.
    [Theory]
    [InlineData("0/0", 0)]
    [InlineData("0/5", 0)]
    [InlineData("1/0", 0)]
    [InlineData("1/1", 1)]
    [InlineData("1/10", 10)]
    [InlineData("1/11", 10)] // of the end of reign 1 that was lost: known up to the fork
    [InlineData("1/500", 10)]
    [InlineData("2/1", 0)] // a reign that was lost whole: where it parted cannot be told
    [InlineData("2/15", 0)]
    [InlineData("3/10", 0)] // no such entry can have been
    [InlineData("3/11", 11)]
    [InlineData("3/20", 20)]
    [InlineData("3/25", 20)]
    [InlineData("7/20", 0)]
    [InlineData("7/21", 21)]
    [InlineData("7/30", 30)]
    [InlineData("7/31", 0)] // another reign of this number
    [InlineData("8/5", 0)]
    public void A_position_says_up_to_where_everything_was_there_when_it_was_known(string position, long known)
    {
        var epochs = EpochTable.FromRows([new EpochRow(new Epoch(1), 5, 1, 0), new EpochRow(new Epoch(3), 6, 11, 7), new EpochRow(new Epoch(7), 8, 21, 9)]);

        Assert.Equal(known, RepeatedRequest.KnownThrough(epochs, 30, LogPosition.Parse(position, null)));
        Assert.Equal(0, RepeatedRequest.KnownThrough(EpochTable.Empty, 0, LogPosition.Parse(position, null)));
    }

    private static string Position(CommitOutcome outcome) => Assert.IsType<CommitOutcome.Committed>(outcome).Position.ToString();

    private static CheckedTransaction Checked(string id, LogPosition? firstSentAfter = null) =>
        new TransactionCheck(TransactionLimits.Default).Check(new Transaction([Put("c", "k", "1")], Utf8(id), firstSentAfter), DatabaseState.Empty, out _)!;

    private CommitOutcome Ask(string id, LogPosition? firstSentAfter) => _primary.Decide(new Transaction([Put("c", "k", $"\"{id}\"")], Utf8(id), firstSentAfter));

    private sealed class Told(Action<CommitOutcome> told) : ICommitCaller
    {
        public void Answer(CommitOutcome outcome) => told(outcome);
    }
}
