using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Replication.Core.Payloads;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using Replication.Protos.V1;
using Operation = Replication.Core.Transactions.Operation;

namespace Replication.Core.Tests.Transactions;

/// <summary>Our writer and reader of transactions against those that protobuf generates.</summary>
public sealed class TransactionEncodingTests
{
    private static readonly Gen<OperationEntry> Operations =
        from action in Gen.Choose(0, 4)
        from key in Properties.Bytes(40)
        from value in Properties.Bytes(300)
        select new OperationEntry { Action = (OperationEntry.Types.Action)action, Key = ByteString.CopyFrom(key), Value = ByteString.CopyFrom(value) };

    private static readonly Gen<TransactionEntry> Transactions =
        from request in Properties.Bytes(64)
        from operations in Operations.Zip(Properties.Collections).ListOf()
        select TransactionOf(request, operations);

    [Fact]
    public void What_we_write_is_byte_for_byte_what_protobuf_writes() => Properties.ForAll(Transactions, theirs =>
    {
        var encoder = new TransactionEncoder();
        encoder.Restart(theirs.RequestId.Memory);
        foreach (var operation in theirs.Operations)
            encoder.Add((OperationAction)operation.Action, theirs.Collections[(int)operation.Collection], operation.Key.Memory, operation.Value.Memory);
        var bytes = new byte[encoder.Size()];
        encoder.Write(bytes);

        Assert.Equal(theirs.ToByteArray(), bytes);
    });

    [Fact]
    public void What_protobuf_writes_we_read() => Properties.ForAll(Transactions, theirs => Assert.Equal(theirs, Read(theirs.ToByteArray())));

    [Fact]
    public void Fields_that_a_newer_version_adds_are_passed_over()
    {
        var theirs = TransactionOf([1], [(new OperationEntry { Key = ByteString.CopyFromUtf8("k") }, "a")]);
        byte[] later = [.. Convert.FromHexString("7a03616263" + "7807"), .. theirs.ToByteArray(), .. Convert.FromHexString("7807" + "7a0161")];

        Assert.Equal(theirs, Read(later));
    }

    [Fact]
    public void A_name_behind_an_operation_is_refused()
    {
        byte[] bytes = [.. new TransactionEntry { Operations = { new OperationEntry() } }.ToByteArray(), .. new TransactionEntry { Collections = { "a" } }.ToByteArray()];

        Assert.Contains("stands behind an operation", Assert.Throws<MalformedPayloadException>(() => Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transaction_without_operations_or_without_names_is_read()
    {
        Assert.Equal(new TransactionEntry(), Read([]));
        Assert.Equal(new TransactionEntry { Collections = { "a" } }, Read(new TransactionEntry { Collections = { "a" } }.ToByteArray()));
        Assert.Equal(new TransactionEntry { Operations = { new OperationEntry() } }, Read(new TransactionEntry { Operations = { new OperationEntry() } }.ToByteArray()));
    }

    [Fact]
    public void Cut_and_changed_bytes_are_read_or_refused() => Properties.ForAll(Transactions.Resize(5), theirs =>
        Properties.ReadsOrRefuses(theirs.ToByteArray(), bytes => Read(bytes)));

    [Fact]
    public void No_transaction_takes_more_than_the_upper_bound() => Properties.ForAll(Transactions, theirs =>
    {
        var operations = theirs.Operations
            .Select(entry => new Operation((OperationAction)entry.Action, theirs.Collections[(int)entry.Collection], entry.Key.Memory, entry.Value.Memory, default))
            .ToList();
        var encoder = new TransactionEncoder();
        encoder.Restart(theirs.RequestId.Memory);
        foreach (var operation in operations)
        {
            encoder.Add(OperationAction.CreateJsonCollection, operation.Collection, default, default);
            encoder.Add(operation.Action, operation.Collection, operation.Key, operation.Value);
        }

        Assert.InRange(encoder.Size(), 0, TransactionEncoder.UpperBound(new Transaction(operations, theirs.RequestId.Memory)));
    });

    private static TransactionEntry TransactionOf(byte[] request, IEnumerable<(OperationEntry Operation, string Collection)> operations)
    {
        var transaction = new TransactionEntry { RequestId = ByteString.CopyFrom(request) };
        foreach (var (operation, collection) in operations)
        {
            if (!transaction.Collections.Contains(collection)) transaction.Collections.Add(collection);
            operation.Collection = (uint)transaction.Collections.IndexOf(collection);
            transaction.Operations.Add(operation.Clone());
        }
        return transaction;
    }

    private static TransactionEntry Read(byte[] bytes)
    {
        var reader = new TransactionReader(bytes);
        var read = new TransactionEntry();
        while (reader.NextCollection(out var name)) read.Collections.Add(System.Text.Encoding.UTF8.GetString(name));
        while (reader.NextOperation(out var operation))
        {
            read.Operations.Add(new OperationEntry
            {
                Collection = (uint)operation.Collection,
                Action = (OperationEntry.Types.Action)operation.Action,
                Key = ByteString.CopyFrom(operation.Key),
                Value = ByteString.CopyFrom(operation.Value),
            });
        }
        read.RequestId = ByteString.CopyFrom(reader.RequestId);
        return read;
    }
}
