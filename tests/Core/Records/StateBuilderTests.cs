using Google.Protobuf;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Tests.Kit;
using static Replication.Core.Tests.Kit.TestPrimary;
using Operation = Replication.Core.Transactions.Operation;
using OperationEntry = Replication.Protos.V1.OperationEntry;
using TransactionEntry = Replication.Protos.V1.TransactionEntry;

namespace Replication.Core.Tests.Records;

public sealed class StateBuilderTests
{
    [Fact]
    public void Random_transactions_keep_the_digest_that_is_computed_anew()
    {
        var primary = new TestPrimary();
        var random = new Random(3);
        for (var step = 0; step < 3_000; step++)
        {
            primary.Decide([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => RandomOperation(random))]);
            if (random.Next(10) > 0) continue;
            primary.Publish();
            if (random.Next(10) > 0) continue;
            Assert.Equal(StateFacts.DigestOf(primary.Published), primary.Published.Digest);
            Assert.Equal(StateFacts.RecordsOf(primary.Published), primary.Published.Records);
        }
        primary.Publish();

        Assert.InRange(primary.Published.Index, 500, 3_000);
        StateFacts.AssertSame(primary.Published, primary.Replay());
    }

    [Fact]
    public void The_digest_does_not_depend_on_the_order_of_the_records()
    {
        var (left, right) = (new TestPrimary(), new TestPrimary());
        var puts = Enumerable.Range(0, 100).Select(number => Put("c", $"{number}", "1")).ToArray();
        left.Accept(puts);
        new Random(1).Shuffle(puts);
        right.Accept(puts);

        left.Publish();
        right.Publish();

        Assert.Equal(left.Published.Digest, right.Published.Digest);
    }

    [Fact]
    public void Every_part_of_a_record_is_in_the_digest()
    {
        static StateDigest Of(string collection, string key, string value, long index) =>
            StateDigest.Empty.With(Utf8(collection).Span, Utf8(key).Span, Utf8(value).Span, index);
        StateDigest[] digests =
        [
            Of("a", "bc", "d", 1), Of("ab", "c", "d", 1), Of("a", "b", "cd", 1), Of("a", "bc", "d", 2), Of("a", "bc", "", 1),
            StateDigest.Empty, StateDigest.Empty.WithCollection("a", CollectionKind.Json), StateDigest.Empty.WithCollection("a", CollectionKind.Bytes),
        ];

        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(StateDigest.Empty, Of("a", "b", "c", 1).Minus(Of("a", "b", "c", 1)));
        Assert.Equal(StateDigest.Empty, StateDigest.Empty.WithCollection("a", CollectionKind.Json).WithoutCollection("a", CollectionKind.Json));
    }

    [Fact]
    public void A_collection_dropped_and_made_again_in_one_transaction_is_empty_and_of_the_new_kind()
    {
        var primary = new TestPrimary();
        primary.Accept(Put("c", "old", "1"), Put("c", "older", "2"));
        primary.Publish();
        var before = primary.Published;

        primary.Accept(Operation.Drop("c"), Operation.Create("c", CollectionKind.Bytes), Operation.Put("c", Utf8("new"), new byte[] { 0xFF }));
        primary.Publish();

        Assert.Equal(["c (Bytes)", "c/new = FF @ 3"], StateFacts.Lines(primary.Published));
        Assert.Equal(StateFacts.DigestOf(primary.Published), primary.Published.Digest);
        Assert.Equal((2, 1), (before.Records, primary.Published.Records));
        Assert.Equal(["c (Json)", "c/old = 31 @ 2", "c/older = 32 @ 2"], StateFacts.Lines(before));
        StateFacts.AssertSame(primary.Published, primary.Replay());
    }

    [Fact]
    public void A_collection_made_and_dropped_between_two_publications_is_never_seen()
    {
        var primary = new TestPrimary();
        primary.Accept(Put("c", "k", "1"));
        primary.Accept(Operation.Drop("c"));

        primary.Publish();

        Assert.Empty(primary.Published.Collections);
        Assert.Equal((StateDigest.Empty, 0), (primary.Published.Digest, primary.Published.Records));
    }

    [Fact]
    public void A_collection_that_did_not_change_is_the_same_object_in_the_next_state()
    {
        var primary = new TestPrimary();
        primary.Accept(Put("a", "k", "1"), Put("b", "k", "1"));
        primary.Publish();
        var before = primary.Published;

        primary.Accept(Put("b", "k", "2"));
        primary.Publish();

        Assert.Same(before.Collections["a"], primary.Published.Collections["a"]);
        Assert.NotSame(before.Collections["b"], primary.Published.Collections["b"]);
    }

    [Fact]
    public void Reigns_and_configurations_become_part_of_the_state()
    {
        var state = NewBuilder();
        Apply(state, EntryKind.EpochStart, new EpochStart(9, 1, "n").ToArray(), epoch: 1);
        Apply(state, EntryKind.Configuration, new Configuration([new Voter(1, "one"), new Voter(2, "two")], 1).ToArray(), epoch: 1);
        Apply(state, EntryKind.EpochStart, new EpochStart(10, 2, "n").ToArray(), epoch: 5);
        Apply(state, (EntryKind)(EntryKinds.Optional | 5), [1, 2, 3], epoch: 5);

        var frozen = state.Freeze();

        Assert.Equal(["1/1", "5/3"], frozen.Epochs.Rows.Select(row => new LogPosition(row.Epoch, row.FirstIndex).ToString()));
        Assert.Equal(1, frozen.Configuration.Quorum);
        Assert.Equal(["1/2", "5/3", "5/4"], new[] { 2L, 3, 4 }.Select(index => frozen.PositionOf(index).ToString()));
    }

    [Fact]
    public void A_digest_that_does_not_agree_names_both_sides()
    {
        var state = NewBuilder();
        Apply(state, EntryKind.EpochStart, new EpochStart(9, 1, "n").ToArray(), epoch: 1);
        var logged = new StateDigestEntry(new StateDigest(77), 5);

        var mismatch = Assert.Throws<DigestMismatchException>(() => Apply(state, EntryKind.StateDigest, logged.ToArray(), epoch: 1));

        Assert.Equal((logged, new StateDigestEntry(StateDigest.Empty, 0)), (mismatch.Logged, mismatch.Own));
        Assert.Equal("1/2", mismatch.Position.ToString());
        Assert.Contains("0000004d over 5 records", mismatch.Message, StringComparison.Ordinal);
        Assert.Contains("This node stops here", mismatch.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Inapplicable() => new()
    {
        { "no collection", "there is no collection 'a'" },
        { "dropped twice", "there is no collection 'a'" },
        { "created twice", "collection 'a' cannot be created" },
        { "bad name", "collection 'A!' cannot be created" },
        { "no name", "an operation names no collection" },
        { "unknown action", "action 9 is unknown to this version" },
        { "empty key", "a key has 0 bytes" },
        { "long key", "a key has 1025 bytes" },
        { "garbage", "Malformed payload" },
        { "index of bytes", "collection 'a' holds bytes and cannot have an index" },
        { "index twice", "index 'n' cannot be created" },
        { "no index", "there is no index 'n'" },
        { "no definition", "'' is no name for an index" },
        { "index built twice", "index 'n' is Ready, and a step builds it" },
        { "step back", "index 'n' is Building, and a step builds it" },
    };

    [Theory]
    [MemberData(nameof(Inapplicable))]
    public void A_transaction_that_cannot_be_applied_stops_the_node_with_its_position(string what, string why)
    {
        const OperationEntry.Types.Action Create = OperationEntry.Types.Action.CreateJsonCollection;
        static OperationEntry Op(OperationEntry.Types.Action action, string key = "k") => new() { Action = action, Key = ByteString.CopyFromUtf8(key) };
        static OperationEntry Index(OperationEntry.Types.Action action) => new() { Action = action, Value = new Protos.V1.IndexEntry { Name = "n", Path = "n" }.ToByteString() };
        static OperationEntry Step(string key, bool isLast) => new()
        {
            Action = OperationEntry.Types.Action.BuildIndex, Key = ByteString.CopyFromUtf8(key), Value = new Protos.V1.IndexStepEntry { Name = "n", IsLast = isLast }.ToByteString(),
        };
        OperationEntry[] operations = what switch
        {
            "dropped twice" => [Op(Create), Op(OperationEntry.Types.Action.DropCollection), Op(OperationEntry.Types.Action.DropCollection)],
            "created twice" => [Op(Create), Op(Create)],
            "bad name" => [Op(Create)],
            "unknown action" => [Op(Create), Op((OperationEntry.Types.Action)9)],
            "empty key" => [Op(Create), Op(OperationEntry.Types.Action.Put, string.Empty)],
            "long key" => [Op(Create), Op(OperationEntry.Types.Action.Put, new string('k', 1025))],
            "garbage" => [],
            "index of bytes" => [Op(OperationEntry.Types.Action.CreateBytesCollection), Index(OperationEntry.Types.Action.CreateIndex)],
            "index twice" => [Op(Create), Index(OperationEntry.Types.Action.CreateIndex), Index(OperationEntry.Types.Action.CreateIndex)],
            "no index" => [Op(Create), Index(OperationEntry.Types.Action.DropIndex)],
            "no definition" => [Op(Create), Op(OperationEntry.Types.Action.CreateIndex)],
            "index built twice" => [Op(Create), Index(OperationEntry.Types.Action.CreateIndex), Step("k", isLast: true), Step("k", isLast: true)],
            "step back" => [Op(Create), Index(OperationEntry.Types.Action.CreateIndex), Step("l", isLast: false), Step("k", isLast: false)],
            _ => [Op(OperationEntry.Types.Action.Put)],
        };
        var entry = new TransactionEntry { Operations = { operations } };
        if (what != "no name") entry.Collections.Add(what == "bad name" ? "A!" : "a");
        var state = NewBuilder();
        Apply(state, EntryKind.EpochStart, new EpochStart(9, 1, "n").ToArray(), epoch: 1);

        var failure = Assert.Throws<ApplyException>(() => Apply(state, EntryKind.Transaction, what == "garbage" ? [0xFF] : entry.ToByteArray(), epoch: 1));

        Assert.Equal("1/2", failure.Position.ToString());
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_out_of_order_or_of_an_unknown_kind_is_not_applied()
    {
        var state = NewBuilder();
        var header = FrameHeader.Seal(new byte[FrameHeader.Size], new LogTail(new LogPosition(new Epoch(1), 4), 0, 0), new Epoch(1), EntryKind.Transaction, 0);

        Assert.Contains("does not follow entry 0", Assert.Throws<ApplyException>(() => state.Apply(header, [])).Message, StringComparison.Ordinal);
        Assert.Contains("kind 99 is unknown", Assert.Throws<ApplyException>(() => Apply(state, (EntryKind)99, [], epoch: 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ApplyException>(() => Apply(state, EntryKind.EpochStart, new EpochStart(9, 1, "n").ToArray(), epoch: 0));
    }

    private static StateBuilder NewBuilder() => new(DatabaseState.Empty, new DigestHistory(16));

    private static void Apply(StateBuilder state, EntryKind kind, byte[] payload, uint epoch)
    {
        byte[] frame = [.. new byte[FrameHeader.Size], .. payload];
        state.Apply(FrameHeader.Seal(frame, state.Tail, new Epoch(epoch), kind, 1), payload);
    }

    private static Operation RandomOperation(Random random)
    {
        var (collection, key) = ($"c{random.Next(4)}", $"k{random.Next(200)}");
        return random.Next(60) switch
        {
            0 => Operation.Create(collection, (CollectionKind)random.Next(2)),
            1 => Operation.Drop(collection),
            < 20 => Delete(collection, key),
            _ => Put(collection, key, $"{random.Next()}"),
        };
    }
}
