using Grpc.Core;
using Microsoft.Extensions.Logging;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Protos.V1;
using Replication.Wire;
using CoreHello = Replication.Core.Following.Hello;

namespace Replication.Primary.Serving;

/// <summary>
/// Answers replicas that want to follow this node, in either role: what this node has synced may be followed by others,
/// which is all that cascading is.
/// </summary>
/// <param name="database">Whose log is served.</param>
/// <param name="snapshots">Offers snapshots.</param>
/// <param name="registry">Knows the replicas.</param>
/// <param name="options">How they are served.</param>
/// <param name="time">For heartbeats.</param>
/// <param name="self">What this node says of itself.</param>
/// <param name="logger">For what happens.</param>
public sealed class FollowServer(
    LocalDatabase database,
    SnapshotServer snapshots,
    FollowerRegistry registry,
    ServingOptions options,
    TimeProvider time,
    ServedNode self,
    ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly HashSet<FollowSession> _sessions = [];
    private bool _stopping;
    private long _resumed;
    private LogDamagedException? _reported;

    /// <summary>Sessions that went on from where the replica was, without a snapshot.</summary>
    public long SessionsResumed => Interlocked.Read(ref _resumed);

    /// <summary>Serves one replica until its stream ends.</summary>
    public async Task FollowAsync(IAsyncStreamReader<FollowRequest> requests, IAsyncStreamWriter<FollowResponse> responses, CancellationToken call)
    {
        var hello = await ReadHelloAsync(requests, call);
        // Taken before looking: a log that is replaced meanwhile ends its lease, and with it the session.
        var lease = database.Log;
        var answer = Handshake.Answer(hello, lease is null ? default : UpstreamView.Of(database, hello), self.Path());
        if (lease?.Log.Damage is { } damage) ReportDamage(damage);
        if (answer is FollowAnswer.Refused refused)
        {
            PrimaryLog.FollowerRefused(logger, hello.NodeName, hello.NodeId, refused.Message);
            await responses.WriteAsync(refused.ToMessage(), call);
            return;
        }
        using var session = new FollowSession(hello, database, lease!, registry, options, time, self, ReportDamage);
        if (registry.Open(session, answer) is not { } progress)
        {
            await responses.WriteAsync(new FollowAnswer.Refused(RefusalReason.Clone, SessionEnd.Cloned.Message).ToMessage(), call);
            return;
        }
        try
        {
            if (answer is FollowAnswer.Resume resume) await ResumeAsync(session, progress, resume, lease!, requests, responses, call);
            else await SendElsewhereAsync(answer, hello, progress, responses, call);
        }
        finally
        {
            registry.Close(session);
        }
    }

    private async Task SendElsewhereAsync(FollowAnswer answer, CoreHello hello, FollowerProgress progress, IAsyncStreamWriter<FollowResponse> responses, CancellationToken call)
    {
        if (answer is FollowAnswer.Diverged diverged)
        {
            PrimaryLog.FollowerDiverged(logger, hello.NodeName, hello.NodeId, diverged.Fork.ToString());
            await responses.WriteAsync(diverged.ToMessage(), call);
            return;
        }
        var first = database.Log?.Log.FirstReadable ?? 0;
        if (hello.FetchesElsewhere)
        {
            PrimaryLog.FollowerFetchesElsewhere(logger, hello.NodeName, hello.NodeId);
            await responses.WriteAsync(FollowMap.NeedSnapshot(manifest: null, database.History, first), call);
            return;
        }
        var manifest = await snapshots.OfferAsync(atLeast: first - 1, call);
        registry.Offer(progress, manifest.Position.Index);
        PrimaryLog.FollowerNeedsSnapshot(logger, hello.NodeName, hello.NodeId, manifest.Position.ToString());
        await responses.WriteAsync(FollowMap.NeedSnapshot(manifest, database.History, first), call);
    }

    // Met by a session, or already by the look that answers a Hello.
    private void ReportDamage(LogDamagedException damage)
    {
        if (!ReferenceEquals(Interlocked.Exchange(ref _reported, damage), damage)) PrimaryLog.LogUnreadable(logger, damage);
    }

    /// <summary>Ends every session; replicas are told that the node is stopping.</summary>
    public void EndSessions()
    {
        FollowSession[] open;
        lock (_gate)
        {
            _stopping = true;
            open = [.. _sessions];
        }
        foreach (var session in open) session.End(SessionEnd.ShuttingDown);
    }

    private async Task ResumeAsync(
        FollowSession session, FollowerProgress progress, FollowAnswer.Resume resume, LogLease lease, IAsyncStreamReader<FollowRequest> requests, IAsyncStreamWriter<FollowResponse> responses, CancellationToken call)
    {
        lock (_gate)
        {
            _sessions.Add(session);
            if (_stopping) session.End(SessionEnd.ShuttingDown);
        }
        var hello = session.Hello;
        try
        {
            Interlocked.Increment(ref _resumed);
            if (hello.NewestEntryKind is > 0 and < (int)EntryKinds.Newest) PrimaryLog.FollowerKnowsLess(logger, hello.NodeName, hello.NodeId, hello.NewestEntryKind, (int)EntryKinds.Newest);
            PrimaryLog.FollowerResumes(logger, hello.NodeName, hello.NodeId, resume.FromIndex);
            var (reign, commitIndex) = (lease.Epochs.Last, database.CommitIndex);
            // A bootstrap ends the lease before it moves the commit index, which would name entries of the other log.
            if (lease.Ended.IsCancellationRequested) throw Errors.Failure(Error.Types.Code.Loading, SessionEnd.LogReplaced.Message);
            await responses.WriteAsync(
                FollowMap.Resume(resume, database.History, reign, Math.Min(commitIndex, resume.FromIndex - 1), self.PrimaryAddress(), self.Path()), call);
            var reason = await session.RunAsync(progress, requests, responses, call);
            PrimaryLog.SessionEnded(logger, hello.NodeName, hello.NodeId, reason);
        }
        finally
        {
            lock (_gate) _sessions.Remove(session);
        }
    }

    private async Task<CoreHello> ReadHelloAsync(IAsyncStreamReader<FollowRequest> requests, CancellationToken call)
    {
        using var patience = new CancellationTokenSource(options.HelloTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call, patience.Token);
        try
        {
            if (await requests.MoveNext(either.Token) && requests.Current.MessageCase == FollowRequest.MessageOneofCase.Hello) return requests.Current.ToHello();
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw Errors.Failure(Error.Types.Code.InvalidArgument, $"No Hello came within {options.HelloTimeout.TotalSeconds} s.");
        }
        catch (InvalidDataException changed)
        {
            throw Errors.Failure(Error.Types.Code.InvalidArgument, $"What came is no message: {changed.Message}");
        }
        throw Errors.Failure(Error.Types.Code.InvalidArgument, "The first message of a follow stream has to be a Hello.");
    }
}
