using Microsoft.Extensions.Logging;
using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Transactions;

namespace Replication.Primary.Commits;

/// <summary>
/// The only writer: one thread that takes transactions from a bounded queue, decides them through
/// <see cref="CommitPipeline"/> and hands batches to the log thread, which syncs each once, publishes it and answers
/// its callers in log order. While one batch is with the disk the next one fills.
/// </summary>
public sealed class CommitThread : IDisposable
{
    /// <summary>Transactions that may wait to be decided.</summary>
    public const int QueueCapacity = 65_536;

    private readonly LocalDatabase _database;
    private readonly LogLease _lease;
    private readonly TransactionCheck _check;
    private readonly TimeProvider _time;
    private readonly CommitPipeline _pipeline;
    private readonly LogThread _log;
    private readonly Thread _thread;
    private readonly Action<Exception> _fatal;
    private readonly ILogger _logger;
    private readonly Lock _answersGate = new();
    private readonly object _gate = new();
    private Queue<PendingCommit> _queue = new();
    private List<PendingCommit> _answers = [];
    private (LogBatch Batch, DatabaseState State, List<PendingCommit> Answers)? _inFlight;
    private LogBatch? _completed;
    private bool _diskBusy;
    private bool _stopping;
    private long _commits;
    private long _rejections;

    /// <summary>Begins a reign: promises it, writes its epoch start and takes transactions.</summary>
    /// <param name="database">Lent for the life of this object.</param>
    /// <param name="nodeName">For the epoch start.</param>
    /// <param name="limits">What a transaction may be.</param>
    /// <param name="time">For timestamps.</param>
    /// <param name="entropy">For the reign id.</param>
    /// <param name="fatal">Called when the log failed: what is on the disk is unknown, so the process has to end.</param>
    /// <param name="logger">For what happens.</param>
    public CommitThread(
        LocalDatabase database, string nodeName, TransactionLimits limits, TimeProvider time, IEntropy entropy, Action<Exception> fatal, ILogger logger)
    {
        _database = database;
        _lease = database.Log ?? throw new InvalidOperationException("A node without a history cannot become primary.");
        _check = new TransactionCheck(limits.Validated());
        _time = time;
        _fatal = fatal;
        _logger = logger;
        Reign = PromisedReign(database, entropy);
        _pipeline = new CommitPipeline(database.State, Reign.Epoch, database.Digests);
        _log = new LogThread(_lease.Log, BatchSynced, LogFailed);
        BeginReign(nodeName);
        _thread = new Thread(Run) { IsBackground = true, Name = "commit" };
        _thread.Start();
    }

    /// <summary>The reign this node writes in.</summary>
    public (Core.Positions.Epoch Epoch, ulong ReignId) Reign { get; }

    /// <summary>Transactions committed since the start.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Transactions rejected since the start.</summary>
    public long Rejections => Interlocked.Read(ref _rejections);

    /// <summary>Commits a transaction; the answer comes when it is durable and readable, or rejected for good.</summary>
    /// <param name="transaction">Its memory must not change until the answer.</param>
    /// <param name="cancellation">Ends the waiting, not the transaction.</param>
    public Task<CommitOutcome> CommitAsync(Transaction transaction, CancellationToken cancellation)
    {
        if (_check.Check(transaction, _database.State, out var rejection) is not { } candidate)
        {
            Interlocked.Increment(ref _rejections);
            return Task.FromResult<CommitOutcome>(rejection!);
        }
        var pending = new PendingCommit(candidate);
        if (Enqueue(pending) is not { } refused) return cancellation.CanBeCanceled ? pending.Answered.WaitAsync(cancellation) : pending.Answered;
        Interlocked.Increment(ref _rejections);
        return Task.FromResult<CommitOutcome>(refused);
    }

    /// <summary>Logs the digest of everything committed so far and waits until that entry is readable.</summary>
    public async Task LogDigestAsync(CancellationToken cancellation)
    {
        var pending = new PendingCommit(null);
        if (Enqueue(pending) is null) await pending.Answered.WaitAsync(cancellation);
    }

    /// <summary>Takes nothing more, finishes what was taken, and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join();
        _log.Dispose();
    }

    private static (Core.Positions.Epoch, ulong) PromisedReign(LocalDatabase database, IEntropy entropy)
    {
        var identity = database.Identity;
        var seen = database.Log!.Epochs.Last.Epoch;
        var epoch = (seen > identity.PromisedEpoch ? seen : identity.PromisedEpoch).Next();
        var reignId = entropy.NextNonZero();
        database.SaveIdentity(identity with { PromisedEpoch = epoch, PromisedReign = reignId });
        return (epoch, reignId);
    }

    private void BeginReign(string nodeName)
    {
        var previousCrc = _pipeline.Newest.Crc;
        var start = _pipeline.Append(EntryKind.EpochStart, new EpochStart(Reign.ReignId, _database.Identity.NodeId, nodeName).ToArray(), Now());
        if (_database.State.Configuration.Voters.IsEmpty)
            _pipeline.Append(EntryKind.Configuration, new Configuration([new Voter(_database.Identity.NodeId, nodeName)], quorum: 0).ToArray(), Now());
        _lease.Epochs = _lease.Epochs.With(new Core.Positions.EpochRow(Reign.Epoch, Reign.ReignId, start.Index, previousCrc));
        Submit();
        PrimaryLog.ReignBegins(_logger, Reign.Epoch.Number, start.Index);
    }

    private CommitOutcome.Rejected? Enqueue(PendingCommit pending)
    {
        lock (_gate)
        {
            if (_stopping) return new(RejectionReason.ShuttingDown, "This node is stopping. Commit on the primary that takes over, or here again once it has restarted.");
            if (_queue.Count >= QueueCapacity) return new(RejectionReason.Busy, $"{QueueCapacity} transactions wait already. Try again after a moment.");
            _queue.Enqueue(pending);
            if (_queue.Count == 1) Monitor.Pulse(_gate);
            return null;
        }
    }

    private void Run()
    {
        var taken = new Queue<PendingCommit>();
        while (WaitForWork(ref taken))
        {
            while (!_pipeline.IsFull && taken.TryDequeue(out var pending)) Decide(pending);
            if (!_diskBusy && _pipeline.HasBatch) Submit();
            if (!_diskBusy && !_pipeline.HasBatch) AnswerAll(ref _answers);
        }
    }

    // Returns when there is something to decide or the disk has finished; false when everything is done and the thread is to end.
    private bool WaitForWork(ref Queue<PendingCommit> taken)
    {
        lock (_gate)
        {
            while (true)
            {
                if (_completed is { } batch)
                {
                    _pipeline.Complete(batch);
                    _completed = null;
                    _diskBusy = false;
                    return true;
                }
                if (taken.Count == 0 && _queue.Count > 0)
                {
                    (taken, _queue) = (_queue, taken);
                    return true;
                }
                if (_stopping && taken.Count == 0 && !_diskBusy) return false;
                Monitor.Wait(_gate);
            }
        }
    }

    private void Decide(PendingCommit pending)
    {
        if (pending.Transaction is { } transaction)
        {
            pending.Outcome = _pipeline.Decide(transaction, Now());
        }
        else
        {
            _pipeline.AppendDigest(Now());
            pending.Outcome = new CommitOutcome.Committed(_pipeline.Newest.Position);
        }
        _answers.Add(pending);
    }

    private void Submit()
    {
        var (batch, state) = _pipeline.TakeBatch();
        lock (_answersGate) _inFlight = (batch, state, _answers);
        _answers = [];
        _diskBusy = true;
        _log.Submit(batch, _database.CommitIndex);
    }

    // On the log thread: the batch is durable, and at quorum 0 that is committed. Published first, then answered.
    private void BatchSynced(LogBatch batch)
    {
        DatabaseState state;
        List<PendingCommit> answers;
        lock (_answersGate) (_, state, answers) = _inFlight!.Value;
        _database.MoveCommitIndex(batch.After.Index);
        _database.Publish(state);
        _database.Durable.Fire();
        lock (_gate)
        {
            _completed = batch;
            Monitor.Pulse(_gate);
        }
        AnswerAll(ref answers);
    }

    private void AnswerAll(ref List<PendingCommit> answers)
    {
        foreach (var pending in answers)
        {
            if (pending.Outcome is CommitOutcome.Rejected) Interlocked.Increment(ref _rejections);
            else if (pending.Transaction is not null) Interlocked.Increment(ref _commits);
            pending.Answer(pending.Outcome!);
        }
        answers.Clear();
    }

    private void LogFailed(Exception failure)
    {
        PrimaryLog.LogFailed(_logger, failure);
        _fatal(failure);
    }

    private long Now() => _time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond - UnixEpochMicros;

    private static readonly long UnixEpochMicros = DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
