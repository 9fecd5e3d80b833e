using System.Globalization;
using System.Text;
using Replication.Core.Database;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Transactions;
using Record = Replication.Core.Records.Record;

namespace Replication.Core.Tests.Records;

/// <summary>
/// Readers beside a writer at full speed, while memory is used again and again. Money moves between accounts, so that whoever
/// sees half a transfer, or two versions in one picture, finds another total; and each value tells its key, so that whoever
/// reads memory that is used again, which tests overwrite, reads nonsense.
/// </summary>
public sealed class RecyclingTests
{
    private const int Accounts = 6_000; // enough for a hash index
    private const int Opening = 1_000;
    private const int Batches = 4_000;
    private const int LingeringBatches = 20;
    private const string Collection = "bank";

    private readonly PublishedState _published = new();
    private readonly CommitPipeline _pipeline = new(DatabaseState.Empty, new Epoch(1), new DigestHistory(16));
    private readonly TransactionCheck _check = new(TransactionLimits.Default);
    private readonly long[] _balances = new long[Accounts];
    private readonly object _meeting = new();
    private volatile bool _over;
    private int _batches;
    private int _begun;

    [Fact]
    public async Task Readers_see_whole_transactions_and_never_memory_that_is_used_again()
    {
        Commit([.. Enumerable.Range(0, Accounts).Select(account => Put(account, Opening))]);
        Publish();

        // Threads of their own, so that none waits for another to end.
        var readers = new[] { LookUp, Scan, Keep, Linger }
            .Select(read => Task.Factory.StartNew(() => Read(read), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        try
        {
            Write(readers);
        }
        finally
        {
            lock (_meeting)
            {
                _over = true;
                Monitor.PulseAll(_meeting);
            }
        }
        var reads = await Task.WhenAll(readers);

        Assert.All(reads, count => Assert.InRange(count, 1, long.MaxValue));
        Assert.InRange(_published.Newest.Memory!.UsedBytes, 1, 64 * 1024 * 1024);
        Assert.Equal(0, _published.Newest.Memory.HeldBlocks);
    }

    // Until every reader has come to something, and no further when one has failed.
    private void Write(List<Task<long>> readers)
    {
        var random = new Random(1);
        for (var batch = 0; batch < Batches || (Volatile.Read(ref _begun) < readers.Count && !readers.Exists(reader => reader.IsFaulted)); batch++)
        {
            for (var left = random.Next(1, 60); left > 0; left--)
            {
                var (from, to, amount) = (random.Next(Accounts), random.Next(Accounts), random.Next(1, 50));
                // One account in a while is removed and made again, so that keys come and go.
                if (random.Next(20) == 0) Commit([Operation.Delete(Collection, Key(from)), Put(from, _balances[from])]);
                if (from != to) Commit([Put(from, _balances[from] - amount), Put(to, _balances[to] + amount)]);
            }
            Publish();
        }
    }

    private long Read(Action<Random> read)
    {
        var random = new Random(2);
        var count = 0L;
        for (; !_over || count == 0; count++)
        {
            read(random);
            if (count == 0) Interlocked.Increment(ref _begun);
        }
        return count;
    }

    private void LookUp(Random random)
    {
        using var guard = _published.Enter();
        for (var i = 0; i < 100; i++)
        {
            var account = random.Next(Accounts);
            BalanceIn(guard.Find(Collection, Key(account).Span), account);
        }
    }

    private void Scan(Random random)
    {
        using var guard = _published.Enter();
        AssertTotal(guard.Records(Collection)!.Value);
    }

    // One guard from before some batches to behind them: what was retired in between waits for it, whoever runs when.
    private void Linger(Random random)
    {
        using var guard = _published.Enter();
        var records = guard.Records(Collection)!.Value;
        AssertTotal(records);
        WaitForBatches();
        AssertTotal(records);
    }

    private void WaitForBatches()
    {
        lock (_meeting)
            for (var until = _batches + LingeringBatches; !_over && _batches < until;) Monitor.Wait(_meeting);
    }

    private void Keep(Random random)
    {
        using var view = _published.OpenView();
        var records = view.Records(Collection)!.Value;
        AssertTotal(records);
        WaitForBatches();
        var total = 0L;
        for (var account = 0; account < Accounts; account++) total += BalanceIn(records.Find(Key(account).Span), account);
        Assert.Equal(Accounts * Opening, total);
        AssertTotal(records);
    }

    private static void AssertTotal(OrderedIndex records)
    {
        var (total, count) = (0L, 0);
        for (var cursor = records.From([]); cursor.MoveNext(); count++) total += BalanceIn(cursor.Current, count);
        Assert.Equal((Accounts, Accounts * Opening), (count, total));
    }

    private static long BalanceIn(Record record, int account)
    {
        Assert.True(record.Exists, "an account is not there");
        Assert.True(record.Key.SequenceEqual(Key(account).Span), "a record has another key");
        var text = Encoding.UTF8.GetString(record.Value).Split(' ', 3);
        Assert.Equal(account, int.Parse(text[0], CultureInfo.InvariantCulture));
        return long.Parse(text[1], CultureInfo.InvariantCulture);
    }

    private Operation Put(int account, long balance)
    {
        _balances[account] = balance;
        var padding = new string('x', (int)(Math.Abs(balance) % 200));
        return Operation.Put(Collection, Key(account), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{account} {balance} {padding}")));
    }

    private static ReadOnlyMemory<byte> Key(int account) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"account:{account:D6}"));

    private void Commit(Operation[] operations)
    {
        if (_published.Newest.Collections.IsEmpty) operations = [Operation.Create(Collection, CollectionKind.Bytes), .. operations];
        var candidate = _check.Check(new Transaction(operations), _published.Newest, out _);
        Assert.IsType<CommitOutcome.Committed>(_pipeline.Decide(candidate!, 1_000));
    }

    private void Publish()
    {
        var (batch, state) = _pipeline.TakeBatch();
        _published.Publish(state);
        _pipeline.Complete(batch);
        lock (_meeting)
        {
            _batches++;
            Monitor.PulseAll(_meeting);
        }
    }
}
