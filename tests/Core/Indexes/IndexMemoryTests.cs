using System.Globalization;
using System.Text;
using Replication.Core.Database;
using Replication.Core.Indexes;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Indexes;

/// <summary>Indexes in memory that is used again: freed blocks are overwritten in these tests, so that whoever still reads one is found out.</summary>
public sealed class IndexMemoryTests
{
    private const int Records = 60_000;
    private const int OperationsAtOnce = 500;

    private readonly PublishedState _published = new();
    private readonly CommitPipeline _pipeline = new(DatabaseState.Empty, new Epoch(1), new DigestHistory(16));

    [Fact]
    public void Memory_is_given_back_when_entries_go_and_what_is_left_is_whole()
    {
        Commit([Put(0), Operation.CreateIndex("docs", "text", "text")]);
        for (var i = 0; i < Records; i += OperationsAtOnce) Commit([.. Enumerable.Range(i, OperationsAtOnce).Select(Put)]);
        BuildAll();
        var full = Used;

        for (var i = 0; i < Records; i += OperationsAtOnce)
            Commit([.. Enumerable.Range(i, OperationsAtOnce).Where(number => number % 20 != 0).Select(number => Operation.Delete("docs", Key(number)))]);
        for (var round = 0; round < 80; round++) Commit([.. Enumerable.Range(0, OperationsAtOnce).Select(number => Put(number * 20 % Records))]);

        Assert.InRange(Used, 1, (full / 2) + (8 * 1024 * 1024));
        Assert.Equal(Records / 20, _published.Newest.Collections["docs"].FindIndex("text")!.EntryCount);
        Assert.Null(StateFacts.IndexDifference(_published.Newest));
    }

    [Fact]
    public void A_dropped_index_and_a_dropped_collection_give_their_memory_back()
    {
        for (var i = 0; i < Records; i += OperationsAtOnce) Commit([.. Enumerable.Range(i, OperationsAtOnce).Select(Put)]);
        var without = Live;
        Commit([Operation.CreateIndex("docs", "text", "text")]);
        BuildAll();
        var with = Live;

        Commit([Operation.DropIndex("docs", "text")]);
        Settle();
        var dropped = Live;
        Commit([Operation.Drop("docs")]);
        Settle();

        Assert.InRange(with, without + (Records * 80), long.MaxValue);
        Assert.InRange(dropped, 1, without + (without / 20));
        Assert.InRange(Live, 0, without / 20);
    }

    [Fact]
    public void A_view_sees_its_index_while_records_change_and_the_index_is_dropped()
    {
        for (var i = 0; i < Records; i += OperationsAtOnce) Commit([.. Enumerable.Range(i, OperationsAtOnce).Select(Put)]);
        Commit([Operation.CreateIndex("docs", "text", "text")]);
        BuildAll();
        using var view = _published.OpenView();
        Assert.Null(IndexBounds.TryCreate(new IndexRequest(), out var bounds));
        var query = new IndexQuery(view, view.State.Collections["docs"], view.State.Collections["docs"].FindIndex("text")!, bounds!);
        for (var i = 0; i < 100; i++) Assert.True(query.MoveNext());

        for (var i = 0; i < Records; i += OperationsAtOnce) Commit([.. Enumerable.Range(i, OperationsAtOnce).Select(number => Operation.Put("docs", Key(number), "{\"text\":1}"u8.ToArray()))]);
        Commit([Operation.DropIndex("docs", "text")]);
        Settle();

        var left = 0;
        while (query.MoveNext())
        {
            Assert.True(query.Current.Value.StartsWith("{\"text\":\""u8), "a record of another state");
            left++;
        }
        Assert.Equal(Records - 100, left);
        Assert.Null(IndexCheck.Difference(view));
    }

    private long Used => _published.Newest.Memory!.UsedBytes;

    private long Live => _published.Newest.Memory!.LiveBytes;

    private void BuildAll()
    {
        for (_pipeline.BuildIndexes(1_000); _pipeline.HasBatch; _pipeline.BuildIndexes(1_000)) Publish();
    }

    // Memory is used again a few versions after it was left.
    private void Settle()
    {
        for (var i = 0; i < 10; i++) Commit([.. Enumerable.Range(0, 100).Select(number => Operation.Put("other", Key(number), "1"u8.ToArray()))]);
    }

    private static Operation Put(int number) => Operation.Put("docs", Key(number), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"text":"{{number * 7919L % Records:D60}}"}""")));

    private static ReadOnlyMemory<byte> Key(int number) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"key:{number:D12}"));

    private void Commit(Operation[] operations)
    {
        if (operations.Length == 0) return;
        var candidate = new TransactionCheck(TransactionLimits.Default).Check(new Transaction(operations), _published.Newest, out _);
        Assert.IsType<CommitOutcome.Committed>(_pipeline.Decide(candidate!, 1_000));
        Publish();
    }

    private void Publish()
    {
        var (batch, state) = _pipeline.TakeBatch();
        _published.Publish(state);
        _pipeline.Complete(batch);
    }
}
