using Replication.Core.Indexes;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Reigns;

namespace Replication.Core.Transactions;

/// <summary>
/// The writing role without threads, disk or clock: begins a reign, takes transactions in order, hands out one batch at a
/// time for the disk, and keeps everybody's answer until what it rests on is committed. For one thread; what it hands
/// out may be shown and answered on another.
/// </summary>
/// <remarks>
/// Invariants: the first entry of a reign is its epoch start. One batch is with the disk at most. An answer leaves with
/// the batch that held the newest entry when it was decided, a rejection too: it may rest on entries of that batch.
/// </remarks>
public sealed class Committer
{
    private readonly Reign _reign;
    private readonly DigestHistory _digests;
    private readonly int _digestInterval;
    private readonly int _requestsRemembered;
    private readonly int _indexStep;
    private readonly RefusedRequests _refused = new();
    private CommitPipeline _pipeline;
    private List<(ICommitCaller Caller, CommitOutcome Outcome)> _answers = [];
    private bool _diskBusy;
    private bool _diskRefused;

    /// <summary>Begins behind a state that is durable and shown.</summary>
    /// <param name="state">Everything in the log.</param>
    /// <param name="reign">Promised already, and durably so.</param>
    /// <param name="digests">Is told the digest behind each entry.</param>
    /// <param name="digestInterval">A digest is logged at least every so many entries.</param>
    /// <param name="requestsRemembered">So many requests are remembered, on every node.</param>
    /// <param name="indexStep">Records that one step in the building of an index covers at most.</param>
    public Committer(
        DatabaseState state,
        Reign reign,
        DigestHistory digests,
        int digestInterval = CommitPipeline.DigestInterval,
        int requestsRemembered = RequestMemory.DefaultCapacity,
        int indexStep = IndexStep.MaxRecords)
    {
        _reign = reign;
        _digests = digests;
        _digestInterval = digestInterval;
        (_requestsRemembered, _indexStep) = (requestsRemembered, indexStep);
        _pipeline = new CommitPipeline(state, reign.Epoch, digests, digestInterval, indexStep, _refused);
    }

    /// <summary>Bytes of memory beyond which only deletes are accepted.</summary>
    public long MaxMemoryBytes
    {
        get => _pipeline.MaxMemoryBytes;
        set => _pipeline.MaxMemoryBytes = value;
    }

    /// <summary>Whether the batch being filled should take no more.</summary>
    public bool IsFull => _pipeline.IsFull;

    /// <summary>Index of the newest entry that was decided.</summary>
    internal long NewestIndex => _pipeline.Newest.Index;

    /// <summary>Whether a batch is with the disk.</summary>
    public bool IsDiskBusy => _diskBusy;

    /// <summary>Whether the reign's first entry is decided; no longer when the disk had no room for it.</summary>
    public bool HasBegun => _pipeline.Newest.Position.Epoch == _reign.Epoch;

    /// <summary>Appends the epoch start, and the first configuration of a new history, unless they are there.</summary>
    /// <param name="nowMicros">Microseconds since 1970-01-01 UTC.</param>
    public void BeginReign(long nowMicros)
    {
        if (HasBegun) return;
        _pipeline.Append(EntryKind.EpochStart, new EpochStart(_reign.Id, _reign.NodeId, _reign.NodeName, _requestsRemembered).ToArray(), nowMicros);
        if (_pipeline.Configuration.Voters.IsEmpty)
            _pipeline.Append(EntryKind.Configuration, new Configuration([new Voter(_reign.NodeId, _reign.NodeName)], quorum: 0).ToArray(), nowMicros);
    }

    /// <summary>Brings what some transactions will change into the processor's cache, so that deciding them next waits less for memory.</summary>
    public void Prefetch(IReadOnlyList<CheckedTransaction> upcoming) => _pipeline.Prefetch(upcoming);

    /// <summary>Decides a transaction.</summary>
    /// <param name="candidate">Checked by <see cref="TransactionCheck"/>.</param>
    /// <param name="caller">Answered when the outcome holds.</param>
    /// <param name="nowMicros">Microseconds since 1970-01-01 UTC.</param>
    public void Decide(CheckedTransaction candidate, ICommitCaller caller, long nowMicros)
    {
        BeginReign(nowMicros);
        _answers.Add((caller, _pipeline.Decide(candidate, nowMicros)));
    }

    /// <summary>Logs the digest of everything decided so far, unless the last entry is one.</summary>
    public void LogDigest(ICommitCaller caller, long nowMicros)
    {
        BeginReign(nowMicros);
        _pipeline.AppendDigest(nowMicros);
        _answers.Add((caller, new CommitOutcome.Committed(_pipeline.Newest.Position)));
    }

    /// <summary>
    /// Takes the next step of an index that is being built, one a batch. Behind a batch that the disk refused it waits for one
    /// that it takes.
    /// </summary>
    public void BuildIndexes(long nowMicros)
    {
        if (_diskBusy || _diskRefused) return;
        _pipeline.BuildIndexes(nowMicros);
    }

    /// <summary>The batch to take to the disk now; null while the disk has one or there is nothing to write.</summary>
    public CommitBatch? TakeBatch()
    {
        if (_diskBusy || !_pipeline.HasBatch) return null;
        _diskBusy = true;
        var (log, state) = _pipeline.TakeBatch();
        var batch = new CommitBatch(log, state, _answers);
        _answers = [];
        return batch;
    }

    /// <summary>The disk has the batch. Everybody may be answered; the next one may be taken.</summary>
    public void Complete(CommitBatch batch)
    {
        (_diskBusy, _diskRefused) = (false, false);
        _pipeline.Complete(batch.Log);
    }

    /// <summary>
    /// Nothing of the batch is on the disk and nothing will be. What was decided behind it rests on it, so all of it is
    /// rejected and the next transaction is decided against what is durable. Only a request that had been committed before
    /// is answered so: what it asked for is in the log.
    /// </summary>
    /// <param name="batch">Given back by the disk.</param>
    /// <param name="durable">Everything in the log.</param>
    /// <param name="rejection">Why.</param>
    public void Abandon(CommitBatch batch, DatabaseState durable, CommitOutcome.Rejected rejection)
    {
        var answers = _answers;
        _answers = [];
        (_diskBusy, _diskRefused) = (false, true);
        _digests.States.CutBehind(durable.Index);
        _refused.ForgetBehind(durable.Index);
        _pipeline = new CommitPipeline(durable, _reign.Epoch, _digests, _digestInterval, _indexStep, _refused) { MaxMemoryBytes = MaxMemoryBytes };
        batch.Reject(rejection, durable.Index);
        CommitBatch.Reject(answers, rejection, durable.Index);
    }

    /// <summary>Answers rejections that rest on nothing that is still on its way to the disk.</summary>
    public void AnswerSettled()
    {
        if (_diskBusy || _pipeline.HasBatch || _answers.Count == 0) return;
        foreach (var (caller, outcome) in _answers) caller.Answer(outcome);
        _answers.Clear();
    }
}
