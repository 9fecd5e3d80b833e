using System.Globalization;
using System.Text;
using Replication.Core.Database;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Tests.Kit;
using Replication.Core.Tests.Records.Index;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Records;

[Collection(AloneCollection.Name)]
public sealed class CompactionTests
{
    private const int Records = 200_000;
    private const int OperationsAtOnce = 500;

    private readonly PublishedState _published = new();
    private readonly CommitPipeline _pipeline = new(DatabaseState.Empty, new Epoch(1), new DigestHistory(16));

    [Theory]
    [InlineData(10)]
    [InlineData(50)]
    public void Memory_is_given_back_when_most_records_are_deleted_and_what_is_left_is_whole(int keepEvery)
    {
        Fill();
        var full = Used;

        for (var i = 0; i < Records; i += OperationsAtOnce)
            Commit([.. Enumerable.Range(i, OperationsAtOnce).Where(number => number % keepEvery != 0).Select(number => Operation.Delete("docs", Key(number)))]);
        // What is left is written now and then, as in any life.
        for (var round = 0; round < 60; round++) Commit([.. Enumerable.Range(0, OperationsAtOnce).Select(number => Put(number * keepEvery % Records))]);

        Assert.InRange(Used, 1, full * 3 / keepEvery + (8 * 1024 * 1024));
        IndexInvariants.Check(_published.Newest.Collections["docs"].Records);
        for (var number = 0; number < Records; number++)
        {
            var record = _published.Newest.Collections["docs"].Records.Find(Key(number).Span);
            Assert.Equal(number % keepEvery == 0, record.Exists);
            if (record.Exists) Assert.Equal(Value(number), Encoding.UTF8.GetString(record.Value));
        }
        Assert.Equal(StateFacts.DigestOf(_published.Newest), _published.Newest.Digest);
    }

    [Fact]
    public void Values_that_grow_do_not_leave_the_memory_of_the_smaller_ones_behind()
    {
        Fill();
        var full = Used;

        for (var i = 0; i < Records; i += OperationsAtOnce)
            Commit([.. Enumerable.Range(i, OperationsAtOnce).Select(number => Operation.Put("docs", Key(number), Encoding.UTF8.GetBytes($"\"{number:D200}\"")))]);

        Assert.InRange(Used, full, full * 5 / 2);
    }

    [Fact]
    public void A_view_that_is_open_meanwhile_sees_what_it_saw()
    {
        Fill();
        using var view = _published.OpenView();

        for (var i = 0; i < Records; i += OperationsAtOnce)
            Commit([.. Enumerable.Range(i, OperationsAtOnce).Where(number => number % 20 != 0).Select(number => Operation.Delete("docs", Key(number)))]);

        var count = 0;
        for (var cursor = view.Records("docs")!.Value.From([]); cursor.MoveNext(); count++)
        {
            var number = int.Parse(Encoding.UTF8.GetString(cursor.Current.Value).Trim('"'), CultureInfo.InvariantCulture);
            Assert.True(cursor.Current.Key.SequenceEqual(Key(number).Span), "a value of another key");
        }
        Assert.Equal(Records, count);
        Assert.Equal(Records / 20, _published.Newest.Records);
    }

    [Fact]
    public void A_collection_that_is_dropped_gives_its_memory_back_a_part_with_each_batch_and_is_out_of_the_digest()
    {
        Commit([Put(0)]);
        Commit([Operation.Drop("docs")]);
        var (empty, digest) = (Used, _published.Newest.Digest);
        Fill();
        using (var view = _published.OpenView())
        {
            Commit([Operation.Drop("docs")]);
            Assert.Equal(digest, _published.Newest.Digest);
            for (var i = 0; i < 20; i++) Commit([Operation.Put("other", Key(i), "1"u8.ToArray())]);
            Assert.Equal(Value(7), Encoding.UTF8.GetString(view.Find("docs", Key(7).Span).Value));
        }

        for (var i = 0; i < 20; i++) Commit([Operation.Put("other", Key(i), "2"u8.ToArray())]);

        Assert.InRange(Used, empty, empty + (4 * 1024 * 1024));
    }

    private long Used => _published.Newest.Memory!.UsedBytes;

    private void Fill()
    {
        for (var i = 0; i < Records; i += OperationsAtOnce) Commit([.. Enumerable.Range(i, OperationsAtOnce).Select(Put)]);
    }

    private static Operation Put(int number) => Operation.Put("docs", Key(number), Encoding.UTF8.GetBytes(Value(number)));

    private static string Value(int number) => string.Create(CultureInfo.InvariantCulture, $"\"{number:D80}\"");

    private static ReadOnlyMemory<byte> Key(int number) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"key:{number * 7919L % Records:D12}"));

    private void Commit(Operation[] operations)
    {
        var candidate = new TransactionCheck(TransactionLimits.Default).Check(new Transaction(operations), _published.Newest, out _);
        Assert.IsType<CommitOutcome.Committed>(_pipeline.Decide(candidate!, 1_000));
        var (batch, state) = _pipeline.TakeBatch();
        _published.Publish(state);
        _pipeline.Complete(batch);
    }
}
