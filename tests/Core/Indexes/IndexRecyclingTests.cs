using System.Globalization;
using System.Text;
using Replication.Core.Database;
using Replication.Core.Indexes;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Transactions;
using Record = Replication.Core.Records.Record;

namespace Replication.Core.Tests.Indexes;

/// <summary>
/// Readers of indexes beside a writer at full speed, while memory is used again and again. Records exchange their values, so that
/// at any index every value is there once: whoever finds an entry without its record, or a record without its entry, has
/// mixed two states or read memory that is used again, which tests overwrite.
/// </summary>
public sealed class IndexRecyclingTests
{
    private const int Documents = 4_500; // enough for a hash index
    private const int Groups = 50;
    private const int Batches = 600;
    private const int MostBatches = 20_000; // until every reader has come to something
    private const int MostExchanges = 40;
    private const int LookUps = 200;
    private const int SharedViews = 3;
    private const long MostBytes = 64 * 1024 * 1024;
    private const string Collection = "docs";

    private readonly PublishedState _published = new();
    private readonly CommitPipeline _pipeline = new(DatabaseState.Empty, new Epoch(1), new DigestHistory(16), indexStep: 2 * Documents);
    private readonly TransactionCheck _check = new(TransactionLimits.Default);
    private readonly int[] _values = [.. Enumerable.Range(0, Documents)];
    private readonly ReadView?[] _shared = new ReadView?[SharedViews];
    private volatile bool _over;
    private ReadView? _expiring;
    private int _begun;
    private int _expired;

    [Fact]
    public async Task Indexes_and_records_agree_in_every_view_whatever_is_written_and_whoever_closes_which()
    {
        Commit([Operation.Create(Collection, CollectionKind.Json), .. Enumerable.Range(0, Documents).Select(Put)]);
        Commit([Operation.CreateIndex(Collection, "value", "v", isUnique: true), Operation.CreateIndex(Collection, "group", "g.n")]);
        for (var step = 0; step < 2; step++) _pipeline.BuildIndexes(1_000);
        Publish();

        // Threads of their own, so that none waits for another to end.
        var readers = new[] { Walk, CheckAll, LookUpInOwn, LookUpInShared, LookUpInShared, ReadWhatExpires, Expire }
            .Select((read, seed) => Task.Factory.StartNew(() => Read(read, seed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        try
        {
            Write(readers.Count);
        }
        finally
        {
            _over = true;
        }
        var reads = await Task.WhenAll(readers);
        foreach (var view in _shared) view?.Dispose();

        Assert.All(reads, count => Assert.InRange(count, 1, long.MaxValue));
        Assert.InRange(_expired, 1, int.MaxValue);
        Assert.InRange(_published.Newest.Memory!.UsedBytes, 1, MostBytes);
        Assert.Equal(0, _published.Newest.Memory.HeldBlocks);
    }

    private void Write(int readers)
    {
        var random = new Random(1);
        for (var batch = 0; batch < Batches || (Volatile.Read(ref _begun) < readers && batch < MostBatches); batch++)
        {
            for (var left = random.Next(1, MostExchanges); left > 0; left--)
            {
                var (one, other) = (random.Next(Documents), random.Next(Documents));
                (_values[one], _values[other]) = (_values[other], _values[one]);
                // One document in a while is removed and made again, so that keys come and go.
                if (random.Next(20) == 0) Commit([Operation.Delete(Collection, Key(one)), Put(other), Put(one)]);
                else Commit([Put(one), Put(other)]);
            }
            Publish();
        }
    }

    private long Read(Action<Random> read, int seed)
    {
        var random = new Random(seed);
        var count = 0L;
        for (; !_over || count == 0; count++)
        {
            read(random);
            if (count == 0) Interlocked.Increment(ref _begun);
        }
        return count;
    }

    // Every entry leads to a record with its value, and every value is there.
    private void Walk(Random random)
    {
        using var view = _published.OpenView();
        var value = 0;
        for (var query = Ask(view, "value", new IndexRequest()); query.MoveNext(); value++) Assert.Equal(value, ValueIn(query.Current));
        Assert.Equal(Documents, value);
        var group = random.Next(Groups);
        var members = 0;
        for (var query = Ask(view, "group", new IndexRequest { EqualTo = IndexValue.Of((long)group) }); query.MoveNext(); members++) Assert.Equal(group, ValueIn(query.Current) % Groups);
        Assert.Equal(Documents / Groups, members);
    }

    private void CheckAll(Random random)
    {
        using var view = _published.OpenView();
        Assert.Null(IndexCheck.Difference(view));
        LookUp(view, random);
    }

    private void LookUpInOwn(Random random)
    {
        using var view = _published.OpenView();
        LookUp(view, random);
    }

    // Several threads read the same state and close it at different times; the last one lets it go.
    private void LookUpInShared(Random random)
    {
        ref var place = ref _shared[random.Next(SharedViews)];
        var view = Interlocked.Exchange(ref place, null) ?? _published.OpenView();
        using (var own = view.Share())
        {
            var isLast = random.Next(4) == 0;
            if (isLast) view.Dispose();
            else Interlocked.Exchange(ref place, view)?.Dispose();
            LookUp(own, random);
        }
    }

    // Somebody else closes the view in the middle: what is being read stays.
    private void ReadWhatExpires(Random random)
    {
        using var view = _published.OpenView();
        Volatile.Write(ref _expiring, view);
        try
        {
            while (!_over)
            {
                using var reading = view.Enter();
                LookUp(view, random);
            }
        }
        catch (ViewExpiredException)
        {
            _expired++;
        }
    }

    private void Expire(Random random)
    {
        Thread.SpinWait(random.Next(10_000));
        Interlocked.Exchange(ref _expiring, null)?.Expire();
    }

    // Every record is found by its value, and by no other.
    private static void LookUp(ReadView view, Random random)
    {
        for (var left = LookUps; left > 0; left--)
        {
            var number = random.Next(Documents);
            var record = view.Find(Collection, Key(number).Span);
            Assert.True(record.Exists, "a document is not there");
            Assert.True(record.Key.SequenceEqual(Key(number).Span), "a record has another key");
            var value = ValueIn(record);
            var query = Ask(view, "value", new IndexRequest { EqualTo = IndexValue.Of((long)value) });
            Assert.True(query.MoveNext(), "a document is not found by its value");
            Assert.True(query.Current.Key.SequenceEqual(Key(number).Span), "another document is found by the value");
            Assert.False(query.MoveNext(), "two documents are found by one value");
        }
    }

    private static IndexQuery Ask(ReadView view, string index, IndexRequest request)
    {
        Assert.Null(IndexBounds.TryCreate(request, out var bounds));
        var collection = view.State.Collections[Collection];
        return new IndexQuery(view, collection, collection.FindIndex(index)!, bounds!);
    }

    private static int ValueIn(Record record)
    {
        var text = Encoding.UTF8.GetString(record.Value).AsSpan();
        Assert.True(text.StartsWith("{\"v\":"), "a record has another value");
        return int.Parse(text[5..text.IndexOf(',')], CultureInfo.InvariantCulture);
    }

    private Operation Put(int number)
    {
        var value = _values[number];
        var padding = new string('x', value % 150);
        return Operation.Put(Collection, Key(number), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"v":{{value}},"g":[{"n":{{value % Groups}}}],"x":"{{padding}}"}""")));
    }

    private static ReadOnlyMemory<byte> Key(int number) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"doc:{number:D6}"));

    private void Commit(Operation[] operations)
    {
        var candidate = _check.Check(new Transaction(operations), _published.Newest, out _);
        Assert.IsType<CommitOutcome.Committed>(_pipeline.Decide(candidate!, 1_000));
    }

    private void Publish()
    {
        var (batch, state) = _pipeline.TakeBatch();
        _published.Publish(state);
        _pipeline.Complete(batch);
    }
}
