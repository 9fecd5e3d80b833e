using Replication.Core.Following;
using Replication.Core.IO;
using Replication.Core.Transactions;
using Replication.Kit;
using Replication.Simulation.Tests.Clients;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The writing role: what the commit thread and the log thread do, one event at a time.</summary>
internal sealed class PrimaryProcess(SimulatedCluster cluster, SimulatedNode node, MemoryFileSystem files) : NodeProcess(cluster, node, files)
{
    private static readonly TimeSpan IdleAfter = TimeSpan.FromMilliseconds(200);

    private readonly TransactionCheck _check = new(TransactionLimits.Default);
    private Committer _committer = null!;
    private long _appends;

    public override UpstreamPath Path => UpstreamPath.OfPrimary(Database.Identity.NodeId);

    public override void Begin()
    {
        base.Begin();
        Cluster.History.Recovered(Database.Log!.Log);
        Cluster.History.CommittedByRestart(Database.CommitIndex);
        Cluster.History.CheckContent(Name, Database.State);
        var reign = Database.PromiseReign(Name);
        _committer = new Committer(Database.State, reign, Database.Digests, Cluster.Plan.DigestInterval, Cluster.Plan.RequestsRemembered, Cluster.Plan.IndexStep);
        _committer.BeginReign(NowMicros());
        Cluster.Trace.Add(Name, "begins a reign", reign.Epoch.Number, Database.State.Index + 1);
        TakeToDisk();
    }

    /// <summary>A client's call arrives.</summary>
    public void Commit(Sending sending)
    {
        sending.Call.WasSent = true;
        if (_check.Check(sending.Transaction, Database.State, out var rejection) is not { } candidate)
        {
            Answer(sending, rejection!);
            return;
        }
        _committer.Decide(candidate, new Caller(this, sending), NowMicros());
        TakeToDisk();
        _committer.AnswerSettled();
    }

    protected override void TakeSnapshot(Action<bool> taken)
    {
        _committer.LogDigest(new Caller(this, null, outcome =>
        {
            if (outcome is CommitOutcome.Committed && Guarded(WriteSnapshot))
            {
                Cluster.Trace.Add(Name, "has a snapshot", Database.State.Index);
                taken(true);
            }
            else
            {
                taken(false);
            }
        }), NowMicros());
        TakeToDisk();
        _committer.AnswerSettled();
    }

    private void WriteSnapshot()
    {
        using var view = Database.OpenView();
        Database.TakeSnapshot(view, Serving.Needs(), CancellationToken.None);
    }

    // A snapshot that cannot be written for want of room is tried again later.
    private static bool Guarded(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (IOException failure) when (DiskFullException.IsToldBy(failure))
        {
            return false;
        }
    }

    private void TakeToDisk()
    {
        _committer.BuildIndexes(NowMicros());
        if (_committer.TakeBatch() is not { } batch) return;
        Database.Log!.Epochs = batch.State.Epochs;
        Cluster.History.Attempted(batch.Log);
        After(Node.DiskDelay, () => Append(batch));
    }

    private void Append(CommitBatch batch)
    {
        try
        {
            Database.Log!.Log.Append(batch.Log, Database.CommitIndex);
        }
        catch (DiskFullException full)
        {
            Cluster.Trace.Add(Name, "has no room for", batch.Log.First.Index, batch.State.Index);
            _committer.Abandon(batch, Database.State, new CommitOutcome.Rejected(RejectionReason.DiskFull, full.Message));
            return;
        }
        _appends++;
        Cluster.History.Synced(batch.Log);
        Cluster.Trace.Add(Name, "synced", batch.Log.First.Index, batch.State.Index);
        Serving.LogMoved();
        // Sessions may look at the log between the sync and the moment when the batch is shown.
        After(TimeSpan.FromTicks(1 + (Node.DiskDelay.Ticks / 8)), () => Show(batch));
    }

    private void Show(CommitBatch batch)
    {
        Cluster.History.Committed(batch.State.Index);
        Show(() => Database.Show(batch), batch.State.Index);
        batch.Answer();
        _committer.Complete(batch);
        TakeToDisk();
        _committer.AnswerSettled();
        Serving.LogMoved();
        MarkWhenIdle(_appends);
    }

    private void MarkWhenIdle(long appends) => After(IdleAfter, () =>
    {
        if (_appends == appends && !_committer.IsDiskBusy) Database.Log!.Log.MarkIdle(Database.CommitIndex);
    });

    private void Answer(Sending sending, CommitOutcome outcome)
    {
        if (sending.IsCut) return;
        // It says nothing of the sendings before it, and the client asks again.
        if (sending.Call.Sendings > 1 && outcome is CommitOutcome.Rejected { Reason: RejectionReason.DiskFull or RejectionReason.MemoryFull }) return;
        sending.Call.Answer(outcome);
        Cluster.History.Answered(sending.Call);
    }

    private long NowMicros() => (long)(Now + Node.ClockSkew + TimeSpan.FromDays(20_000)).TotalMicroseconds;

    /// <summary>Somebody who waits in this process.</summary>
    private sealed class Caller(PrimaryProcess process, Sending? sending, Action<CommitOutcome>? told = null) : ICommitCaller
    {
        public void Answer(CommitOutcome outcome)
        {
            if (sending is not null) process.Answer(sending, outcome);
            told?.Invoke(outcome);
        }
    }
}
