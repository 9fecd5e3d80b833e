using System.Text;
using Replication.Core.Indexes;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Kit;

/// <summary>A commit pipeline whose disk answers at once, in the first reign of a new database.</summary>
internal sealed class TestPrimary
{
    private readonly List<byte[]> _frames = [];
    private readonly TransactionCheck _check;

    public TestPrimary(TransactionLimits? limits = null, int requestsRemembered = 0, int indexStep = IndexStep.MaxRecords)
    {
        Pipeline = new CommitPipeline(DatabaseState.Empty, new Epoch(1), new DigestHistory(16), indexStep: indexStep);
        _check = new TransactionCheck(limits ?? TransactionLimits.Default);
        Pipeline.Append(EntryKind.EpochStart, new EpochStart(0x5EED, 7, "first", requestsRemembered).ToArray(), Now);
        Publish();
    }

    public CommitPipeline Pipeline { get; }

    /// <summary>The time of every transaction.</summary>
    public long Now { get; set; } = 1_000;

    /// <summary>What readers see.</summary>
    public DatabaseState Published { get; private set; } = DatabaseState.Empty;

    /// <summary>Every frame that went to the disk.</summary>
    public IReadOnlyList<byte[]> Frames => _frames;

    public static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static Operation Put(string collection, string key, string value, Precondition precondition = default) =>
        Operation.Put(collection, Utf8(key), Utf8(value), precondition);

    public static Operation Delete(string collection, string key, Precondition precondition = default) =>
        Operation.Delete(collection, Utf8(key), precondition);

    /// <summary>Checks and decides; nothing is durable before <see cref="Publish"/>.</summary>
    public CommitOutcome Decide(params Operation[] operations) => Decide(new Transaction(operations));

    public CommitOutcome Decide(Transaction transaction) =>
        _check.Check(transaction, Published, out var rejection) is { } candidate ? Pipeline.Decide(candidate, Now) : rejection!;

    /// <summary>Decides what has to be accepted.</summary>
    public LogPosition Accept(params Operation[] operations) => Assert.IsType<CommitOutcome.Committed>(Decide(operations)).Position;

    /// <summary>Decides what has to be rejected, and looks that it left no trace.</summary>
    public CommitOutcome.Rejected Reject(params Operation[] operations) => Reject(new Transaction(operations));

    public CommitOutcome.Rejected Reject(Transaction transaction)
    {
        Publish();
        var (newest, before) = (Pipeline.Newest, Published);
        var rejected = Assert.IsType<CommitOutcome.Rejected>(Decide(transaction));
        Assert.False(Pipeline.HasBatch);
        Assert.Equal(newest, Pipeline.Newest);
        Publish();
        Assert.Equal((before.Digest, before.Records, before.Tail), (Published.Digest, Published.Records, Published.Tail));
        Assert.Equal(before.Collections, Published.Collections);
        return rejected;
    }

    /// <summary>Takes steps until no index is being built, each in a batch of its own.</summary>
    public void BuildIndexes()
    {
        Publish();
        for (Pipeline.BuildIndexes(Now); Pipeline.HasBatch; Pipeline.BuildIndexes(Now)) Publish();
    }

    /// <summary>Writes the batch, as far as there is one, and shows its state.</summary>
    public void Publish()
    {
        var (batch, state) = Pipeline.TakeBatch();
        if (!batch.IsEmpty) _frames.AddRange(TestLog.Split(new FrameRun(batch.First.Index, batch.After.Index, batch.Frames)));
        Published = state;
        Pipeline.Complete(batch);
    }

    /// <summary>The state that other nodes make of the frames.</summary>
    public DatabaseState Replay()
    {
        var state = new StateBuilder(DatabaseState.Empty, new DigestHistory(16));
        foreach (var frame in _frames) state.Apply(FrameHeader.Read(frame), FrameReader.Payload(frame));
        return state.Freeze();
    }
}
