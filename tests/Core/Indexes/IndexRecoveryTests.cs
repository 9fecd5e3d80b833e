using Replication.Core.Indexes;
using Replication.Core.IO;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Snapshots;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Indexes;

public sealed class IndexRecoveryTests
{
    private readonly TestPrimary _primary = new(indexStep: 10);

    [Theory]
    [InlineData(64)]
    [InlineData(1024 * 1024)]
    public void A_snapshot_brings_every_phase_of_an_index_back(int chunkBytes)
    {
        for (var i = 0; i < 40; i++) _primary.Accept(Put("c", $"k{i:00}", $$"""{"n":{{i / 2}},"t":["x","y{{i}}"]}"""));
        _primary.Accept(Operation.Create("empty", CollectionKind.Json), Operation.CreateIndex("empty", "e", "e"));
        _primary.Accept(Operation.CreateIndex("c", "t", "t"), Operation.CreateIndex("c", "n", "n", isUnique: true));
        _primary.BuildIndexes();
        _primary.Accept(Operation.CreateIndex("c", "later", "n"));
        _primary.Pipeline.BuildIndexes(_primary.Now);
        _primary.Pipeline.BuildIndexes(_primary.Now);
        _primary.Publish();
        var expected = _primary.Published;

        var loaded = WriteAndLoad(expected, chunkBytes);

        Assert.Equal(
            ["later Building 20 20", "n Failed 0 0", "t Ready 80 40"],
            loaded.Collections["c"].Indexes.Select(index => $"{index.Name} {index.State.Phase} {index.EntryCount} {index.Covered}"));
        StateFacts.AssertSame(expected, loaded);
        Assert.Null(StateFacts.IndexDifference(loaded));
    }

    [Fact]
    public void Building_goes_on_behind_a_snapshot()
    {
        for (var i = 0; i < 40; i++) _primary.Accept(Put("c", $"k{i:00}", $$"""{"n":{{i}}}"""));
        _primary.Accept(Operation.CreateIndex("c", "n", "n", isUnique: true));
        _primary.Pipeline.BuildIndexes(_primary.Now);
        _primary.Publish();
        var loaded = WriteAndLoad(_primary.Published, 1024);
        var next = new CommitPipeline(loaded, new Epoch(1), new DigestHistory(4), indexStep: 10);

        for (var step = 0; step < 4; step++) next.BuildIndexes(1_000);
        var (batch, state) = next.TakeBatch();
        _primary.BuildIndexes();

        Assert.Equal(3 + (loaded.Index + 1), batch.After.Index + 1);
        StateFacts.AssertSame(_primary.Published, state);
    }

    [Fact]
    public void What_is_abandoned_is_built_again_from_what_is_durable_once_the_disk_takes_a_batch()
    {
        var committer = new Committer(DatabaseState.Empty, new Reign(new Epoch(1), 5, 7, "primary"), new DigestHistory(64), indexStep: 4);
        var caller = new Answers();
        committer.BeginReign(1);
        for (var i = 0; i < 12; i++) Decide(Put("c", $"k{i:00}", $$"""{"n":{{i}}}"""));
        Decide(Operation.CreateIndex("c", "n", "n", isUnique: true));
        var durable = Complete();
        committer.BuildIndexes(1);
        durable = Complete();
        Assert.Equal(("k03", 4L), Built(durable));

        committer.BuildIndexes(1);
        Decide(Put("c", "z", """{"n":1}"""));
        Decide(Put("c", "z", """{"n":100}"""));
        var refused = committer.TakeBatch()!;
        Assert.Equal(("k07", 8L), Built(refused.State));
        committer.Abandon(refused, durable, new CommitOutcome.Rejected(RejectionReason.DiskFull, "full"));
        committer.BuildIndexes(1);
        Assert.Null(committer.TakeBatch());
        Decide(Put("c", "k05", """{"n":200}"""));
        durable = Complete();
        Assert.Equal(("k03", 4L), Built(durable));
        for (var step = 0; step < 2; step++)
        {
            committer.BuildIndexes(1);
            durable = Complete();
            Assert.Null(StateFacts.IndexDifference(durable));
        }

        Assert.Equal((IndexPhase.Ready, 12L), (durable.Collections["c"].Indexes[0].State.Phase, durable.Collections["c"].Indexes[0].EntryCount));
        Assert.Equal([RejectionReason.DiskFull, RejectionReason.DiskFull], caller.Rejected);

        void Decide(Operation operation) =>
            committer.Decide(new TransactionCheck(TransactionLimits.Default).Check(new Transaction([operation]), DatabaseState.Empty, out _)!, caller, 1);

        DatabaseState Complete()
        {
            var batch = committer.TakeBatch()!;
            batch.Answer();
            committer.Complete(batch);
            return batch.State;
        }
    }

    [Fact]
    public void One_step_goes_with_a_batch()
    {
        var committer = new Committer(DatabaseState.Empty, new Reign(new Epoch(1), 5, 7, "primary"), new DigestHistory(64), indexStep: 1);
        var caller = new Answers();
        committer.BeginReign(1);
        var transaction = new Transaction([Put("c", "a", "{}"), Put("c", "b", "{}"), Operation.CreateIndex("c", "n", "n")]);
        committer.Decide(new TransactionCheck(TransactionLimits.Default).Check(transaction, DatabaseState.Empty, out _)!, caller, 1);
        var batch = committer.TakeBatch()!;

        committer.BuildIndexes(1);
        Assert.Null(committer.TakeBatch());
        committer.Complete(batch);
        Assert.Null(committer.TakeBatch());
        committer.BuildIndexes(1);

        Assert.Equal(1, committer.TakeBatch()!.State.Collections["c"].Indexes[0].Covered);
    }

    private static (string UpTo, long Entries) Built(DatabaseState state)
    {
        var index = state.Collections["c"].Indexes[0];
        return (System.Text.Encoding.UTF8.GetString(index.State.BuiltUpTo.Span), index.EntryCount);
    }

    private static DatabaseState WriteAndLoad(DatabaseState state, int chunkBytes)
    {
        const string Folder = "/data/snapshots";
        var files = new MemoryFileSystem();
        files.CreateDirectory(Folder, FileLabel.Layout);
        using var view = ReadView.Open(state);
        var manifest = SnapshotWriter.Write(files, Folder, TestLog.History, view, CancellationToken.None, chunkBytes);
        var catalogue = new SnapshotCatalogue(files, Folder);
        return SnapshotReader.Load(files, catalogue.DataPath(manifest), manifest);
    }

    private sealed class Answers : ICommitCaller
    {
        public List<RejectionReason> Rejected { get; } = [];

        public void Answer(CommitOutcome outcome)
        {
            if (outcome is CommitOutcome.Rejected rejected) Rejected.Add(rejected.Reason);
        }
    }
}
