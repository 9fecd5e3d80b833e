using Microsoft.Extensions.Logging;
using Replication.Core.Database;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Reigns;
using Replication.Core.Transactions;

namespace Replication.Primary.Commits;

/// <summary>
/// The only writer: one thread that takes transactions from a bounded queue, decides them through <see cref="Committer"/>
/// and hands batches to the log thread, which syncs each once, shows it and answers its callers in log order. While one
/// batch is with the disk the next one fills.
/// </summary>
public sealed class CommitThread : IDisposable
{
    /// <summary>Transactions that may wait to be decided.</summary>
    public const int QueueCapacity = 65_536;

    // Operations: enough that their waits for memory overlap, few enough that the cache still has them when they are decided.
    private const int PrefetchedAtOnce = 32;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    private readonly LocalDatabase _database;
    private readonly LogLease _lease;
    private readonly TransactionCheck _check;
    private readonly TimeProvider _time;
    private readonly Committer _committer;
    private readonly LogThread _log;
    private readonly Thread _thread;
    private readonly Action<Exception> _fatal;
    private readonly ILogger _logger;
    private readonly CommitCounters _counters = new();
    private readonly object _gate = new();
    private readonly List<CheckedTransaction> _ahead = [];
    private List<PendingCommit> _queue = [];
    private List<PendingCommit> _taken = []; // of the commit thread
    private int _decided; // of them
    private int _prefetched; // of them
    private CommitBatch? _inFlight; // set by the commit thread while the disk is idle, read by the log thread while it is busy
    private bool _synced;
    private DiskFullException? _diskFull;
    private bool _isFull;
    private volatile bool _stopping;

    /// <summary>Begins a reign: promises it, writes its epoch start and takes transactions.</summary>
    /// <param name="database">Lent for the life of this object.</param>
    /// <param name="nodeName">For the epoch start.</param>
    /// <param name="limits">What a transaction may be.</param>
    /// <param name="time">For timestamps.</param>
    /// <param name="fatal">Called when the log failed: what is on the disk is unknown, so the process has to end.</param>
    /// <param name="logger">For what happens.</param>
    public CommitThread(LocalDatabase database, string nodeName, TransactionLimits limits, TimeProvider time, Action<Exception> fatal, ILogger logger)
    {
        _database = database;
        _check = new TransactionCheck(limits.Validated());
        _time = time;
        _fatal = fatal;
        _logger = logger;
        Reign = database.PromiseReign(nodeName);
        _lease = database.Log!;
        _committer = new Committer(database.State, Reign, database.Digests) { MaxMemoryBytes = limits.MaxMemoryBytes };
        _log = new LogThread(_lease.Log, BatchSynced, BatchRefused, LogFailed);
        _committer.BeginReign(Now());
        Submit();
        PrimaryLog.ReignBegins(_logger, Reign.Epoch.Number, database.State.Index + 1);
        _thread = new Thread(Run) { IsBackground = true, Name = "commit" };
        _thread.Start();
    }

    /// <summary>The reign this node writes in.</summary>
    public Reign Reign { get; }

    /// <summary>Transactions committed since the start.</summary>
    public long Commits => _counters.Commits;

    /// <summary>Transactions rejected since the start.</summary>
    public long Rejections => _counters.Rejections;

    /// <summary>Commits a transaction; the answer comes when it is durable and readable, or rejected for good.</summary>
    /// <param name="transaction">Its memory must not change until the answer.</param>
    /// <param name="cancellation">Ends the waiting, not the transaction.</param>
    public Task<CommitOutcome> CommitAsync(Transaction transaction, CancellationToken cancellation)
    {
        if (_check.Check(transaction, _database.State, out var rejection) is not { } candidate)
        {
            _counters.CountRejection();
            return Task.FromResult<CommitOutcome>(rejection!);
        }
        var pending = new PendingCommit(candidate, _counters);
        if (Enqueue(pending) is not { } refused) return pending.AnswerAsync(cancellation);
        _counters.CountRejection();
        return Task.FromResult<CommitOutcome>(refused);
    }

    /// <summary>Logs the digest of everything committed so far, unless the last entry is one, and waits until that entry is readable.</summary>
    /// <returns>Where it stands, or why it could not be logged.</returns>
    public async Task<CommitOutcome> LogDigestAsync(CancellationToken cancellation)
    {
        var pending = new PendingCommit(null, _counters);
        return Enqueue(pending) ?? await pending.AnswerAsync(cancellation);
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

    private CommitOutcome.Rejected? Enqueue(PendingCommit pending)
    {
        lock (_gate)
        {
            if (_stopping) return new(RejectionReason.ShuttingDown, "This node is stopping. Commit on the primary that takes over, or here again once it has restarted.");
            if (_queue.Count >= QueueCapacity) return new(RejectionReason.Busy, $"{QueueCapacity} transactions wait already. Try again after a moment.");
            _queue.Add(pending);
            if (_queue.Count == 1) Monitor.Pulse(_gate);
            return null;
        }
    }

    private void Run()
    {
        while (WaitForWork())
        {
            var now = Now();
            for (; _decided < _taken.Count && !_committer.IsFull; _decided++)
            {
                if (_decided == _prefetched)
                {
                    Prefetch();
                    now = Now();
                }
                Decide(_taken[_decided], now);
            }
            Submit();
            _committer.AnswerSettled();
        }
    }

    // Returns when there is something to decide or the disk has finished; false when everything is done and the thread is to end.
    private bool WaitForWork()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_synced || _diskFull is not null) break;
                if (_decided == _taken.Count && _queue.Count > 0)
                {
                    _taken.Clear();
                    (_taken, _queue) = (_queue, _taken);
                    (_decided, _prefetched) = (0, 0);
                    return true;
                }
                if (_stopping && _decided == _taken.Count && !_committer.IsDiskBusy) return false;
                // A reign whose first entry found no room begins when there is some, whether anybody writes or not.
                if (Monitor.Wait(_gate, _committer.HasBegun ? Timeout.InfiniteTimeSpan : BetweenAttempts) || _stopping) continue;
                _committer.BeginReign(Now());
                return true;
            }
        }
        TakeBack();
        return true;
    }

    private void TakeBack()
    {
        var batch = _inFlight!;
        _inFlight = null;
        _synced = false;
        if (Interlocked.Exchange(ref _diskFull, null) is not { } full)
        {
            _committer.Complete(batch);
            if (_isFull) PrimaryLog.DiskHasRoom(_logger, batch.Log.First.ToString());
            _isFull = false;
            return;
        }
        if (!_isFull) PrimaryLog.DiskFull(_logger, batch.Log.First.ToString(), full.Message);
        _isFull = true;
        _committer.Abandon(batch, _database.State, new CommitOutcome.Rejected(RejectionReason.DiskFull, full.Message));
    }

    private void Prefetch()
    {
        _ahead.Clear();
        for (var operations = 0; operations < PrefetchedAtOnce && _prefetched < _taken.Count; _prefetched++)
        {
            if (_taken[_prefetched].Transaction is not { } candidate) continue;
            _ahead.Add(candidate);
            operations += candidate.Transaction.Operations.Count;
        }
        _committer.Prefetch(_ahead);
    }

    private void Decide(PendingCommit pending, long now)
    {
        if (pending.Transaction is { } transaction) _committer.Decide(transaction, pending, now);
        else _committer.LogDigest(pending, now);
    }

    private void Submit()
    {
        if (!_stopping) _committer.BuildIndexes(Now()); // Goes on at the next start.
        if (_committer.TakeBatch() is not { } batch) return;
        _lease.Epochs = batch.State.Epochs;
        _inFlight = batch;
        _log.Submit(batch.Log, _database.CommitIndex);
    }

    // On the log thread: the batch is durable, and at quorum 0 that is committed. Shown first, then answered.
    private void BatchSynced(LogBatch synced)
    {
        var batch = _inFlight!;
        _database.Show(batch);
        lock (_gate)
        {
            _synced = true;
            Monitor.Pulse(_gate);
        }
        batch.Answer();
    }

    // On the log thread: the disk has no room, and nothing of the batch is on it.
    private void BatchRefused(LogBatch refused, DiskFullException full)
    {
        lock (_gate)
        {
            _diskFull = full;
            Monitor.Pulse(_gate);
        }
    }

    private void LogFailed(Exception failure)
    {
        PrimaryLog.LogFailed(_logger, failure);
        _fatal(failure);
    }

    private long Now() => _time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond - UnixEpochMicros;

    private static readonly long UnixEpochMicros = DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerMicrosecond;
}
