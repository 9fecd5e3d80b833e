using Replication.Core.Database;
using Replication.Core.Following.Retention;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Snapshots;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Database;

/// <summary>A data directory in memory and the role that drives it, in the order in which the roles do it: promise, log, show, answer.</summary>
internal sealed class TestNode : IDisposable
{
    public const int SegmentBytes = 900;

    private readonly Queue<Changes> _deciding = new();
    private readonly Lineage _lineage;
    private CommitPipeline? _pipeline;

    private TestNode(LocalDatabase database, Lineage lineage)
    {
        Database = database;
        _lineage = lineage;
    }

    /// <summary>Neither it nor its parents exist at first.</summary>
    public static DataLayout Layout { get; } = new("/srv/replication/data");

    public LocalDatabase Database { get; }

    /// <summary>Called when an entry is answered, with its index.</summary>
    public Action<long>? Answered { get; init; }

    /// <summary>Opens a primary, or a replica when it has no history to begin with.</summary>
    public static TestNode Open(MemoryFileSystem files, Lineage lineage, Action<long>? answered = null, bool withHistory = true)
    {
        var environment = new DatabaseEnvironment(files, lineage.Entropy, (directory, _) => new InlineSegmentSupply(files, directory, SegmentBytes));
        var options = new DatabaseOptions(Layout.Root) { Log = new LogOptions { RetainBytes = 0 }, DigestsRemembered = 16 };
        return new TestNode(LocalDatabase.Open(environment, options, withHistory), lineage) { Answered = answered };
    }

    /// <summary>Promises a reign above every one seen, and writes its epoch start.</summary>
    public void BeginReign()
    {
        var (identity, lease) = (Database.Identity, Database.Log!);
        var seen = lease.Epochs.Last.Epoch;
        var epoch = (seen > identity.PromisedEpoch ? seen : identity.PromisedEpoch).Next();
        var reign = _lineage.Entropy.NextNonZero();
        Database.SaveIdentity(identity with { PromisedEpoch = epoch, PromisedReign = reign });
        _pipeline = new CommitPipeline(Database.State, epoch, Database.Digests);
        var before = _pipeline.Newest.Crc;
        var start = _pipeline.Append(EntryKind.EpochStart, new EpochStart(reign, identity.NodeId, "node").ToArray(), Now());
        if (Database.State.Configuration.Voters.IsEmpty)
            _pipeline.Append(EntryKind.Configuration, new Configuration([new Voter(identity.NodeId, "node")], quorum: 0).ToArray(), Now());
        lease.Epochs = lease.Epochs.With(new EpochRow(epoch, reign, start.Index, before));
        Sync();
    }

    /// <summary>Commits transactions in one batch.</summary>
    public void Commit(params Changes[] transactions)
    {
        foreach (var transaction in transactions)
        {
            var operations = transaction.Records.Select(record => record.Value is { } value
                ? TestPrimary.Put(Changes.Collection, record.Key, value)
                : TestPrimary.Delete(Changes.Collection, record.Key));
            var candidate = new TransactionCheck(TransactionLimits.Default).Check(new Transaction([.. operations]), Database.State, out _);
            Assert.IsType<CommitOutcome.Committed>(_pipeline!.Decide(candidate!, Now()));
            _deciding.Enqueue(transaction);
        }
        Sync();
    }

    public void Commit(string key, string? value) => Commit(new Changes((key, value)));

    public void LogDigest()
    {
        _pipeline!.AppendDigest(Now());
        Sync();
    }

    public SnapshotManifest TakeSnapshot()
    {
        using var view = Database.OpenView();
        return Database.TakeSnapshot(view, FollowerNeeds.Unknown, CancellationToken.None);
    }

    /// <summary>As a replica: appends what the lineage has behind this node's log, two entries to a batch, and applies it.</summary>
    public void Follow(long limit)
    {
        var lease = Database.Log!;
        var state = new StateBuilder(Database.State, Database.Digests);
        while (lease.Log.Durable.Index < limit)
        {
            var batch = new LogBatch();
            batch.Restart(lease.Log.Durable);
            foreach (var frame in _lineage.Frames.Skip((int)lease.Log.Durable.Index).Take((int)Math.Min(2, limit - lease.Log.Durable.Index)))
            {
                var header = FrameHeader.Read(frame);
                batch.AppendVerified(frame, header);
                state.Apply(header, FrameReader.Payload(frame));
            }
            lease.Log.Append(batch, Database.CommitIndex);
            Show(batch, state.Freeze());
            lease.Epochs = Database.State.Epochs;
        }
    }

    /// <summary>Ends as a role does when it has the time: with an idle mark.</summary>
    public void Close()
    {
        Database.Log?.Log.MarkIdle(Database.CommitIndex);
        Dispose();
    }

    public void Dispose() => Database.Dispose();

    private static long Now() => 1_000;

    private void Sync()
    {
        var (batch, state) = _pipeline!.TakeBatch();
        _lineage.Decided(batch, _deciding);
        Database.Log!.Log.Append(batch, Database.CommitIndex);
        Show(batch, state);
        _pipeline.Complete(batch);
    }

    private void Show(LogBatch batch, DatabaseState state)
    {
        Database.MoveCommitIndex(batch.After.Index);
        Database.Publish(state);
        Answered?.Invoke(batch.After.Index);
    }
}
