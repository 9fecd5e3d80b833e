using Replication.Core.Indexes;
using Replication.Core.Records;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Indexes;

public sealed class IndexMaintenanceTests
{
    private readonly TestPrimary _primary = new(indexStep: 3);

    [Fact]
    public void An_index_is_built_in_steps_of_the_log_and_then_ready_on_every_node()
    {
        for (var i = 0; i < 8; i++) _primary.Accept(Put("c", $"k{i}", $$"""{"n":{{i % 3}}}"""));
        _primary.Accept(Operation.CreateIndex("c", "n", "n"));
        _primary.Publish();
        Assert.Equal(IndexPhase.Building, Index("n").State.Phase);
        var before = _primary.Published.Index;

        _primary.BuildIndexes();

        Assert.Equal((IndexPhase.Ready, 8L, 8L, before + 3), (Index("n").State.Phase, Index("n").EntryCount, Index("n").Covered, _primary.Published.Index));
        AssertRight();
    }

    [Fact]
    public void Writes_go_on_while_an_index_is_built()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++) _primary.Accept(Put("c", $"k{random.Next(60)}", $$"""{"n":[{{random.Next(9)}},{{random.Next(9)}}]}"""));
        _primary.Accept(Operation.CreateIndex("c", "n", "n"));
        var steps = 0;
        while (true)
        {
            _primary.Accept(Put("c", $"k{random.Next(60)}", $$"""{"n":{{random.Next(9)}}}"""), Delete("c", $"k{random.Next(60)}"));
            _primary.Publish();
            AssertRight();
            if (Index("n").State.Phase == IndexPhase.Ready) break;
            _primary.Pipeline.BuildIndexes(_primary.Now);
            steps++;
        }

        Assert.InRange(steps, 10, 40);
        AssertRight();
    }

    [Fact]
    public void Random_transactions_keep_every_index_right()
    {
        var random = new Random(7);
        for (var step = 0; step < 1_500; step++)
        {
            _primary.Decide([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomOperation(random))]);
            if (random.Next(3) == 0) _primary.Pipeline.BuildIndexes(_primary.Now);
            if (random.Next(20) > 0) continue;
            _primary.Publish();
            Assert.Null(StateFacts.IndexDifference(_primary.Published));
            Assert.Equal(StateFacts.DigestOf(_primary.Published), _primary.Published.Digest);
        }
        _primary.BuildIndexes();

        AssertRight();
        Assert.Contains(_primary.Published.Collections.Values, collection => collection.Indexes.Any(index => index.EntryCount > 0));
    }

    [Fact]
    public void An_index_is_dropped_also_while_it_is_built()
    {
        for (var i = 0; i < 8; i++) _primary.Accept(Put("c", $"k{i}", """{"n":1}"""));
        var without = _primary.Pipeline.Newest.Index;
        _primary.Publish();
        var digest = _primary.Published.Digest;
        _primary.Accept(Operation.CreateIndex("c", "n", "n"));
        _primary.Pipeline.BuildIndexes(_primary.Now);
        _primary.Publish();
        Assert.Equal(("k2", 3L), (System.Text.Encoding.UTF8.GetString(Index("n").State.BuiltUpTo.Span), Index("n").EntryCount));
        Assert.NotEqual(digest, _primary.Published.Digest);

        _primary.Accept(Operation.DropIndex("c", "n"));
        _primary.BuildIndexes();

        Assert.Empty(_primary.Published.Collections["c"].Indexes);
        Assert.Equal((digest, without + 3), (_primary.Published.Digest, _primary.Published.Index));
    }

    [Fact]
    public void An_older_state_keeps_its_index()
    {
        _primary.Accept(Put("c", "a", """{"n":1}"""), Operation.CreateIndex("c", "n", "n"));
        _primary.BuildIndexes();
        var older = _primary.Published;

        _primary.Accept(Put("c", "a", """{"n":2}"""), Put("c", "b", """{"n":3}"""));
        _primary.Publish();

        Assert.Null(StateFacts.IndexDifference(older));
        Assert.Equal((1L, 2L), (older.Collections["c"].Indexes[0].EntryCount, Index("n").EntryCount));
    }

    [Fact]
    public void A_dropped_collection_takes_its_indexes_along()
    {
        _primary.Accept(Put("c", "a", """{"n":1}"""), Operation.CreateIndex("c", "n", "n", isUnique: true));
        _primary.BuildIndexes();

        _primary.Accept(Operation.Drop("c"), Put("c", "b", """{"n":1}"""), Put("c", "d", """{"n":1}"""));
        _primary.Publish();

        Assert.Empty(_primary.Published.Collections["c"].Indexes);
        AssertRight();
    }

    [Theory]
    [InlineData("none", "n", "n", RejectionReason.UnknownCollection)]
    [InlineData("raw", "n", "n", RejectionReason.InvalidArgument)]
    [InlineData("c", "there", "n", RejectionReason.IndexExists)]
    [InlineData("c", "No", "n", RejectionReason.InvalidArgument)]
    [InlineData("c", "n", "a..b", RejectionReason.InvalidArgument)]
    public void A_definition_that_does_not_fit_is_rejected(string collection, string name, string path, RejectionReason reason)
    {
        _primary.Accept(Put("c", "a", """{"n":1}"""), Operation.Create("raw", CollectionKind.Bytes), Operation.CreateIndex("c", "there", "n"));

        Assert.Equal(reason, _primary.Reject(Operation.CreateIndex(collection, name, path)).Reason);
    }

    [Fact]
    public void Operations_on_indexes_see_those_before_them_in_the_transaction()
    {
        Assert.Equal(RejectionReason.UnknownIndex, Rejection(Put("c", "a", "1"), Operation.DropIndex("c", "n")));
        Assert.Equal(RejectionReason.IndexExists, Rejection(Put("c", "a", "1"), Operation.CreateIndex("c", "n", "n"), Operation.CreateIndex("c", "n", "m")));
        Assert.Equal(RejectionReason.InvalidArgument, Rejection([Put("c", "a", "1"), .. Enumerable.Range(0, 33).Select(number => Operation.CreateIndex("c", $"n{number}", "n"))]));
        Assert.Equal(RejectionReason.InvalidArgument, Rejection(Operation.DropIndex("c", "n") with { Precondition = Precondition.Present }));
        Assert.Equal(RejectionReason.InvalidArgument, Rejection(Operation.DropIndex("c", "Not a name")));
        Assert.Equal(RejectionReason.InvalidArgument, Rejection(Operation.DropIndex("c", "n") with { Action = OperationAction.BuildIndex }));

        _primary.Accept(Put("c", "a", "1"), Operation.CreateIndex("c", "n", "n"), Operation.DropIndex("c", "n"), Operation.CreateIndex("c", "n", "m"));
        _primary.Accept(Operation.Drop("c"), Operation.Create("c", CollectionKind.Json), Operation.CreateIndex("c", "n", "o"));
        _primary.BuildIndexes();

        Assert.Equal("o", Index("n").Definition.Path.Text);
        AssertRight();
    }

    [Fact]
    public void A_document_with_too_many_values_is_rejected_and_ends_a_building()
    {
        var many = $$"""{"n":[{{string.Join(',', Enumerable.Range(0, IndexDefinition.MaxValuesPerDocument + 1))}}]}""";
        _primary.Accept(Put("c", "a", """{"n":1}"""), Put("c", "many", many), Operation.CreateIndex("c", "n", "n"), Operation.CreateIndex("c", "m", "m"));
        _primary.BuildIndexes();

        Assert.Equal((IndexPhase.Failed, 0L), (Index("n").State.Phase, Index("n").EntryCount));
        Assert.Contains("more than 4096 values", Index("n").State.Failure, StringComparison.Ordinal);
        _primary.Accept(Put("c", "many", many));
        _primary.Accept(Operation.DropIndex("c", "n"), Delete("c", "many"));
        _primary.Accept(Operation.CreateIndex("c", "n", "n"));
        Assert.Equal(RejectionReason.ValueTooLarge, _primary.Reject(Put("c", "many", many)).Reason);
        _primary.BuildIndexes();
        Assert.Equal(IndexPhase.Ready, Index("n").State.Phase);
        AssertRight();
    }

    [Fact]
    public void The_check_finds_an_entry_too_many_one_too_few_and_one_twice()
    {
        _primary.Accept(Put("c", "a", """{"n":1}"""), Put("c", "b", """{"n":2}"""), Operation.CreateIndex("c", "n", "n", isUnique: true));
        _primary.BuildIndexes();
        var right = _primary.Published.Collections["c"];

        Assert.Contains("lacks an entry of record 'b'", Check(right, Put("c", "b", """{"n":1.5}""")), StringComparison.Ordinal);
        Assert.Contains("an entry of record 'b' that does not follow", Check(right, Delete("c", "b")), StringComparison.Ordinal);
        Assert.Contains("lacks an entry of record 'd'", Check(right, Put("c", "d", """{"n":7}""")), StringComparison.Ordinal);
        Assert.Null(StateFacts.IndexDifference(_primary.Published));
    }

    // The index of one state beside the records of the next.
    private string Check(Collection before, Operation change)
    {
        _primary.Accept(change);
        _primary.Publish();
        var now = _primary.Published.Collections["c"];
        var mixed = new Collection("c", now.NameBytes, CollectionKind.Json, now.Records, now.Digest, before.Indexes);
        var state = new DatabaseState(
            _primary.Published.Tail, _primary.Published.Collections.SetItem("c", mixed), StateDigest.Empty, 0, _primary.Published.Epochs, _primary.Published.Configuration, _primary.Published.Memory,
            _primary.Published.Version);
        _primary.Accept(Put("c", "b", """{"n":2}"""), Delete("c", "d"));
        _primary.Publish();
        return StateFacts.IndexDifference(state) ?? string.Empty;
    }

    private RejectionReason Rejection(params Operation[] operations) => _primary.Reject(operations).Reason;

    private SecondaryIndex Index(string name) => _primary.Published.Collections["c"].FindIndex(name)!;

    private void AssertRight()
    {
        Assert.Null(StateFacts.IndexDifference(_primary.Published));
        Assert.Equal(StateFacts.DigestOf(_primary.Published), _primary.Published.Digest);
        StateFacts.AssertSame(_primary.Published, _primary.Replay());
    }

    private static Operation RandomOperation(Random random)
    {
        var (collection, key) = (random.Next(5) == 0 ? "d" : "c", $"k{random.Next(30)}");
        return random.Next(24) switch
        {
            0 => Operation.CreateIndex(collection, $"i{random.Next(4)}", random.Next(2) == 0 ? "n" : "o.p", random.Next(2) == 0),
            1 => Operation.DropIndex(collection, $"i{random.Next(4)}"),
            2 when random.Next(6) == 0 => Operation.Drop(collection),
            < 7 => Delete(collection, key),
            < 12 => Put(collection, key, $$"""{"n":[{{random.Next(40)}},{{random.Next(40)}}]}"""),
            < 14 => Put(collection, key, $$"""{"o":[{"p":"{{random.Next(20)}}"},{"p":null}],"n":"{{random.Next(20)}}"}"""),
            _ => Put(collection, key, $$"""{"n":{{random.Next(90)}}}"""),
        };
    }
}
