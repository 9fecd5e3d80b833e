using Replication.Core.Database;
using Replication.Core.Log;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Model;

/// <summary>A primary on a disk in memory, in the order in which the role does things: decide, take, log, show, answer.</summary>
internal sealed class ModelNode : IDisposable
{
    public const int IndexStep = 400;

    private const int SegmentBytes = 64 * 1024;
    private const int DigestInterval = 25;
    private const long Now = 1_000;

    private readonly SequentialEntropy _entropy = new();
    private readonly TransactionCheck _check = new(TransactionLimits.Default);
    private MemoryFileSystem _files = new() { KeepsJournal = false };
    private Committer _committer = null!;
    private CommitBatch? _atDisk;
    private int _powerLosses;

    public ModelNode() => Open();

    public LocalDatabase Database { get; private set; } = null!;

    public bool IsAtDisk => _atDisk is not null;

    /// <summary>The state of the batch that is with the disk.</summary>
    public Core.Records.DatabaseState TakenState => _atDisk!.State;

    /// <summary>Decides a transaction; when it is malformed, that is answered at once.</summary>
    public void Decide(Transaction transaction, ICommitCaller caller)
    {
        if (_check.Check(transaction, Database.State, out var rejection) is { } candidate) _committer.Decide(candidate, caller, Now);
        else caller.Answer(rejection!);
        _committer.AnswerSettled();
    }

    public void LogDigest(ICommitCaller caller)
    {
        _committer.LogDigest(caller, Now);
        _committer.AnswerSettled();
    }

    /// <summary>Gives the batch to the disk, unless that has one or there is nothing to write.</summary>
    public bool TryTake()
    {
        _committer.BuildIndexes(Now);
        if (_committer.TakeBatch() is not { } batch) return false;
        Database.Log!.Epochs = batch.State.Epochs;
        _atDisk = batch;
        return true;
    }

    /// <summary>The disk has the batch.</summary>
    public void Land()
    {
        var batch = _atDisk!;
        Database.Log!.Log.Append(batch.Log, Database.CommitIndex);
        Database.Show(batch);
        batch.Answer();
        _committer.Complete(batch);
        _atDisk = null;
        _committer.AnswerSettled();
    }

    /// <summary>The disk has no room for the batch.</summary>
    public void Refuse()
    {
        var batch = _atDisk!;
        Database.Log!.Epochs = Database.State.Epochs;
        _committer.Abandon(batch, Database.State, new CommitOutcome.Rejected(RejectionReason.DiskFull, "There is no room."));
        _atDisk = null;
        _committer.BeginReign(Now);
    }

    /// <summary>Ends without the batch that is with the disk, and begins again with what is on it.</summary>
    public void Restart(bool isClean)
    {
        if (isClean) Database.Log!.Log.MarkIdle(Database.CommitIndex);
        Database.Dispose();
        if (!isClean) _files = new MemoryFileSystem(_files.Disk.AfterPowerLoss(new RandomPowerLoss(++_powerLosses))) { KeepsJournal = false };
        _atDisk = null;
        Open();
    }

    public void Dispose() => Database.Dispose();

    /// <summary>Index of the newest entry that was decided.</summary>
    public long NewestIndex => _committer.NewestIndex;

    private void Open()
    {
        var files = _files;
        var environment = new DatabaseEnvironment(files, _entropy, (directory, _) => new InlineSegmentSupply(files, directory, SegmentBytes));
        var options = new DatabaseOptions("/model") { Log = new LogOptions { RetainBytes = 0, RecentBytes = 0 }, ChunkBytes = 8 * 1024, DigestsRemembered = 64 };
        Database = LocalDatabase.Open(environment, options, withHistory: true);
        _committer = new Committer(Database.State, Database.PromiseReign("model"), Database.Digests, DigestInterval, ModelState.RequestsRemembered, IndexStep);
        _committer.BeginReign(Now);
    }
}
