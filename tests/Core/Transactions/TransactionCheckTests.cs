using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Transactions;

/// <summary>Every reason for a rejection, with each limit just kept and just broken; a rejection leaves no trace.</summary>
public sealed class TransactionCheckTests
{
    private readonly TestPrimary _primary = new(new TransactionLimits { MaxValueBytes = 1024, MaxTransactionBytes = 8 * 1024 * 1024 });

    [Fact]
    public void A_transaction_without_operations() => Rejected(RejectionReason.InvalidArgument, null, "Add at least one");

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_request_id(int bytes, bool accepted)
    {
        var transaction = new Transaction([Put("c", "k", "1")], new byte[bytes]);

        if (accepted) Assert.IsType<CommitOutcome.Committed>(_primary.Decide(transaction));
        else Assert.Equal(RejectionReason.InvalidArgument, _primary.Reject(transaction).Reason);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("a", true)]
    [InlineData("0_-z", true)]
    [InlineData("A", false)]
    [InlineData("a.b", false)]
    [InlineData("ä", false)]
    [InlineData("a\n", false)]
    public void A_name_of_a_collection(string name, bool accepted)
    {
        Expect(accepted, RejectionReason.InvalidCollectionName, Put(name, "k", "1"));
        Expect(accepted, RejectionReason.InvalidCollectionName, Operation.Drop(name));
        Expect(accepted, RejectionReason.InvalidCollectionName, Operation.Create(name, CollectionKind.Bytes));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void The_length_of_a_name(int length, bool accepted) =>
        Expect(accepted, RejectionReason.InvalidCollectionName, Put(new string('n', length), "k", "1"));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1023, true)]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void The_length_of_a_key(int length, bool accepted)
    {
        Expect(accepted, RejectionReason.InvalidKey, Put("c", new string('k', length), "1"));
        _primary.Accept(Put("c", "k", "1"));
        Expect(accepted, RejectionReason.InvalidKey, Delete("c", new string('k', length)));
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("c3")]
    [InlineData("eda080")]
    public void A_key_that_is_no_utf8(string hex) =>
        Expect(false, RejectionReason.InvalidKey, Operation.Put("c", Convert.FromHexString(hex), Utf8("1")));

    [Theory]
    [InlineData(1023, true)]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void The_length_of_a_value(int length, bool accepted)
    {
        _primary.Accept(Operation.Create("b", CollectionKind.Bytes));
        _primary.Publish();
        Expect(accepted, RejectionReason.ValueTooLarge, Operation.Put("b", Utf8("k"), new byte[length]));
        Expect(accepted, RejectionReason.ValueTooLarge, Put("j", "k", $"\"{new string('v', length - 2)}\""));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void The_size_of_a_transaction(int over, bool accepted)
    {
        Transaction Of(int valueBytes) => new([Operation.Put("b", Utf8("k"), new byte[valueBytes])]);
        var limits = new TransactionLimits { MaxTransactionBytes = 2048, MaxValueBytes = 4096 };
        var primary = new TestPrimary(limits);
        primary.Accept(Operation.Create("b", CollectionKind.Bytes));
        primary.Publish();
        var exact = 2048 - (int)TransactionEncoder.UpperBound(Of(0));

        if (accepted) Assert.IsType<CommitOutcome.Committed>(primary.Decide(Of(exact + over)));
        else Assert.Equal(RejectionReason.TransactionTooLarge, primary.Reject(Of(exact + over)).Reason);
    }

    [Fact]
    public void As_many_operations_as_are_allowed_each_in_a_collection_of_its_own_and_one_more()
    {
        var operations = Enumerable.Range(0, TransactionLimits.MaxOperations).Select(number => Put($"c{number}", "k", "1")).ToArray();

        _primary.Accept(operations);
        var rejected = _primary.Reject([.. operations, Put("c", "k", "1")]);

        Assert.Equal((RejectionReason.TransactionTooLarge, (int?)null), (rejected.Reason, rejected.Operation));
        Assert.Equal(TransactionLimits.MaxOperations, _primary.Published.Collections.Count);
    }

    [Fact]
    public void Unknown_actions_and_preconditions()
    {
        Rejected(RejectionReason.InvalidArgument, 0, "action", new Operation(OperationAction.BuildIndex, "c", Utf8("k"), default, default));
        Rejected(RejectionReason.InvalidArgument, 0, "precondition is unknown", Put("c", "k", "1", new Precondition((PreconditionKind)4)));
    }

    [Fact]
    public void What_an_operation_has_no_use_for()
    {
        Rejected(RejectionReason.InvalidArgument, 0, "takes no key", Operation.Create("c", CollectionKind.Json) with { Key = Utf8("k") });
        Rejected(RejectionReason.InvalidArgument, 0, "takes no value", Operation.Drop("c") with { Value = Utf8("v") });
        Rejected(RejectionReason.InvalidArgument, 0, "takes no value", Delete("c", "k") with { Value = Utf8("v") });
        Rejected(
            RejectionReason.InvalidArgument, 0, "not on a collection",
            Operation.Drop("c") with { Precondition = Precondition.UnchangedSince(new LogPosition(new Epoch(1), 1)) });
    }

    [Fact]
    public void A_delete_or_drop_in_a_collection_that_is_not_there()
    {
        Rejected(RejectionReason.UnknownCollection, 0, "no collection 'c'", Delete("c", "k"));
        Rejected(RejectionReason.UnknownCollection, 0, "no collection 'c'", Operation.Drop("c"));
        Rejected(RejectionReason.UnknownCollection, 2, "no collection 'c'", Put("c", "k", "1"), Operation.Drop("c"), Delete("c", "k"));
    }

    [Fact]
    public void A_collection_that_is_there_already()
    {
        Rejected(
            RejectionReason.CollectionExists, 1, "'c' already", Operation.Create("c", CollectionKind.Json), Operation.Create("c", CollectionKind.Bytes));
        Rejected(RejectionReason.CollectionExists, 1, "'c' already", Put("c", "k", "1"), Operation.Create("c", CollectionKind.Json));
    }

    [Fact]
    public void The_first_operation_at_fault_is_named()
    {
        Rejected(RejectionReason.InvalidKey, 1, "empty", Put("c", "k", "1"), Put("c", "", "1"), Put("C", "k", "1"));
    }

    [Theory]
    [InlineData(1023, 2048, false)]
    [InlineData(1024, 1023, false)]
    [InlineData(1024, 1024, true)]
    [InlineData(64 * 1024 * 1024, 128 * 1024 * 1024, true)]
    [InlineData((64 * 1024 * 1024) + 1, 128 * 1024 * 1024, false)]
    [InlineData(1024, (128 * 1024 * 1024) + 1, false)]
    public void Limits_have_bounds_themselves(int value, int transaction, bool valid)
    {
        var failure = Xunit.Record.Exception(() => new TransactionLimits { MaxValueBytes = value, MaxTransactionBytes = transaction }.Validated());

        Assert.Equal(valid, failure is null);
    }

    private void Expect(bool accepted, RejectionReason reason, Operation operation)
    {
        if (!accepted)
        {
            var rejected = _primary.Reject(operation);
            Assert.Equal((reason, 0), (rejected.Reason, rejected.Operation!.Value));
            return;
        }
        if (operation.Action == OperationAction.DropCollection) _primary.Decide(Put(operation.Collection, "k", "1"));
        if (operation.Action is OperationAction.CreateBytesCollection) _primary.Decide(Operation.Drop(operation.Collection));
        _primary.Accept(operation);
    }

    private void Rejected(RejectionReason reason, int? position, string why, params Operation[] operations)
    {
        var rejected = _primary.Reject(operations);

        Assert.Equal((reason, position), (rejected.Reason, rejected.Operation));
        Assert.Contains(why, rejected.Message, StringComparison.Ordinal);
    }
}
