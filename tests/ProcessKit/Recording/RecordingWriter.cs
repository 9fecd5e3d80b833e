using System.Globalization;
using System.Text;
using Replication.Client;
using Replication.Core.Transactions;
using ClientTransaction = Replication.Client.Transaction;

namespace Replication.ProcessKit.Recording;

/// <summary>A client that writes: single puts, transactions over collections, preconditions, transfers, large values, nonsense.</summary>
internal sealed class RecordingWriter(ReplicationClient client, Ledger ledger, int number, Random random)
{
    private const int Keys = 60;
    private static readonly string[] Collections = ["orders", "customers"];

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"writer {number}");
    private long _calls;

    public async Task WriteOnceAsync(CancellationToken cancellation)
    {
        var operations = await ChooseAsync(cancellation);
        if (operations is null) return;
        var request = string.Create(CultureInfo.InvariantCulture, $"w{number}-{++_calls}");
        var call = ledger.Make(request, new Core.Transactions.Transaction(operations, Encoding.UTF8.GetBytes(request)));
        try
        {
            // Never cancelled: an answer that nobody waits for could not be written down.
            var result = await client.CommitAsync(Sent(operations, request), CancellationToken.None);
            if (result.Position is { } position) ledger.Commit(call, Positions.ToCore(position));
            else ledger.Refuse(call, result.Rejection!.Code, result.Rejection.Message);
        }
        catch (CommitUnknownException)
        {
            ledger.Lose();
        }
        catch (CommitForgottenException)
        {
            ledger.Lose();
        }
        catch (ReplicationException refused)
        {
            ledger.Refuse(call, refused.Code, refused.Message);
        }
    }

    // Null when what it takes to decide could not be read.
    private async Task<Operation[]?> ChooseAsync(CancellationToken cancellation)
    {
        try
        {
            return random.Next(20) switch
            {
                < 8 => [Put(Collection(), 100)],
                < 11 => [.. Enumerable.Range(0, random.Next(2, 7)).Select(_ => random.Next(4) == 0 ? Operation.Delete(Collections[0], KeyBytes()) : Put(Collection(), 60))],
                < 14 => [await ConditionalAsync(cancellation)],
                < 18 => Bank.Transfer(await ReadAccountsAsync(cancellation), random),
                18 => [Put(Collection(), random.Next(1_000, 40_000))],
                _ => [Nonsense()],
            };
        }
        catch (ReplicationException)
        {
            return null;
        }
    }

    private async Task<BatchReadResult?> ReadAccountsAsync(CancellationToken cancellation)
    {
        var least = ledger.Known;
        try
        {
            var accounts = await client.BatchGetAsync(Bank.All, cancellation: cancellation);
            Bank.CheckTotal(_name, accounts);
            for (var account = 0; account < Bank.All.Count; account++) Record(least, Bank.All[account].Collection, Bank.All[account].Key, accounts.Items[account]);
            return accounts;
        }
        catch (ReplicationException missing) when (missing.Code == ReplicationErrorCode.UnknownCollection)
        {
            return null;
        }
    }

    private async Task<Operation> ConditionalAsync(CancellationToken cancellation)
    {
        var (collection, key) = (Collection(), Key());
        var least = ledger.Known;
        Precondition precondition;
        try
        {
            var read = await client.GetAsync(collection, key, cancellation: cancellation);
            Record(least, collection, key, read);
            precondition = random.Next(4) switch
            {
                0 => Precondition.Absent,
                1 => Precondition.Present,
                _ => read.Found ? Precondition.UnchangedSince(Positions.ToCore(read.Written)) : Precondition.Absent,
            };
        }
        catch (ReplicationException missing) when (missing.Code == ReplicationErrorCode.UnknownCollection)
        {
            precondition = Precondition.Absent;
        }
        return Operation.Put(collection, Encoding.UTF8.GetBytes(key), Value(40), precondition);
    }

    // On the primary, so whatever anybody was told of before is there.
    private void Record(long least, string collection, string key, ReadResult read) =>
        ledger.Read(new RecordedRead(_name, least, Positions.ToCore(read.Stamp.Position), collection, key, read.Found ? read.Value.ToArray() : null));

    private Operation Nonsense() => random.Next(3) switch
    {
        0 => Operation.Put(Collection(), KeyBytes(), "{not json"u8.ToArray()),
        1 => Operation.Put("No Name", KeyBytes(), Value(10)),
        _ => Operation.Delete("never-made", KeyBytes()),
    };

    private Operation Put(string collection, int bytes) => Operation.Put(collection, KeyBytes(), Value(bytes));

    private string Collection() => Collections[random.Next(Collections.Length)];

    private string Key() => string.Create(CultureInfo.InvariantCulture, $"k{random.Next(Keys)}");

    private byte[] KeyBytes() => Encoding.UTF8.GetBytes(Key());

    private byte[] Value(int bytes) => Encoding.UTF8.GetBytes($"{{\"by\":\"{_name}\",\"call\":{_calls},\"text\":\"{new string((char)('a' + random.Next(26)), random.Next(bytes))}\"}}");

    private static ClientTransaction Sent(Operation[] operations, string request)
    {
        var transaction = new ClientTransaction().WithRequestId(Encoding.UTF8.GetBytes(request));
        foreach (var operation in operations)
        {
            var key = Encoding.UTF8.GetString(operation.Key.Span);
            var condition = operation.Precondition.Kind switch
            {
                PreconditionKind.Absent => Condition.Absent,
                PreconditionKind.Present => Condition.Present,
                PreconditionKind.UnchangedSince => Condition.UnchangedSince(Positions.ToClient(operation.Precondition.Position)),
                _ => null,
            };
            if (operation.Action == OperationAction.Delete) transaction.Delete(operation.Collection, key, condition);
            else transaction.Put(operation.Collection, key, operation.Value, condition);
        }
        return transaction;
    }
}
