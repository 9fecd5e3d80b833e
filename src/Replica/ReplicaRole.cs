using Grpc.Core;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Snapshots;
using Replication.Replica.Bootstrapping;
using Replication.Wire;

namespace Replication.Replica;

/// <summary>
/// Follows an upstream for as long as the role lasts: connects, says Hello, does what it is told, and begins again
/// when the session ends, for ever, with growing pauses. What is here is served all the while.
/// </summary>
public sealed class ReplicaRole : IAsyncDisposable
{
    /// <summary>A session that lasted less counts as a failed attempt, so that the pauses grow.</summary>
    private static readonly TimeSpan ShortSession = TimeSpan.FromSeconds(2);

    private readonly LocalDatabase _database;
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<Exception> _fatal;
    private readonly FollowerCourse _course;
    private readonly UpstreamChoice _choice;
    private readonly FollowedPath _path;
    private readonly IEntropy _entropy;
    private readonly ReplicaProgress _progress;
    private readonly ReplicaBootstrap _bootstrap;
    private readonly DigestCheck _digests;
    private readonly ResiliencePipeline _patience;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _stateGate = new();
    private readonly Task _running;
    private ReplicaState _state = ReplicaState.Connecting;
    private volatile string _lastError = string.Empty;
    private volatile string _primary;
    private volatile Uri _upstream;
    private volatile bool _connected;

    /// <summary>Begins to follow.</summary>
    /// <param name="database">Lent for the life of this object.</param>
    /// <param name="options">Whom to follow.</param>
    /// <param name="time">For pauses and ages.</param>
    /// <param name="entropy">For the run id, and so that pauses differ.</param>
    /// <param name="fatal">Called when the log failed or an entry cannot be applied: the process has to end.</param>
    /// <param name="logger">For what happens.</param>
    public ReplicaRole(LocalDatabase database, ReplicaOptions options, TimeProvider time, IEntropy entropy, Action<Exception> fatal, ILogger logger)
    {
        _database = database;
        _options = options;
        _time = time;
        _fatal = fatal;
        _logger = logger;
        _course = new FollowerCourse(new FollowerSelf(options.NodeName, options.Address, entropy.NextNonZero(), options.Kind));
        _choice = new UpstreamChoice(options.Upstreams.Length, options.RetryDelay, options.MaxRetryDelay);
        _path = new FollowedPath(database.Identity.NodeId, hasOthers: options.Upstreams.Length > 1);
        _entropy = entropy;
        _upstream = options.Upstreams[0];
        _primary = _upstream.GetLeftPart(UriPartial.Authority);
        _progress = new ReplicaProgress(time, database.State.Index);
        _bootstrap = new ReplicaBootstrap(database, options, _progress, _path, time, fatal, logger);
        _digests = new DigestCheck(database, _progress, logger);
        _patience = Patience();
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Where the replica is in its life.</summary>
    public ReplicaState State
    {
        get
        {
            lock (_stateGate) return _state;
        }
    }

    /// <summary>gRPC address of the primary, as far as it is known.</summary>
    public string Primary => _primary;

    /// <summary>Over which nodes the data comes.</summary>
    public UpstreamPath Path => _path.Current;

    /// <summary>How old the data shown here may be.</summary>
    public TimeSpan Age => _progress.Age;

    /// <summary>Snapshots installed since the start.</summary>
    public long SnapshotsInstalled => _bootstrap.Installed;

    /// <summary>Entries applied from the stream since the start.</summary>
    public long EntriesApplied => _progress.EntriesApplied;

    /// <summary>How often memory did not agree with a digest and was replaced, since the start.</summary>
    public long MemoryReplaced => _digests.Replaced;

    /// <summary>The upstream, for status.</summary>
    public Core.Following.UpstreamStatus Describe() => _progress.Describe(_upstream, _connected, _lastError);

    /// <summary>Ends the session and waits until everything received is durable.</summary>
    public async ValueTask DisposeAsync()
    {
        Become(ReplicaState.Stopping);
        await _stopping.CancelAsync();
        await _running;
        _bootstrap.Dispose();
        _stopping.Dispose();
    }

    private ResiliencePipeline Patience() => new ResiliencePipelineBuilder { TimeProvider = _time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<UpstreamException>(),
            MaxRetryAttempts = int.MaxValue,
            DelayGenerator = _ => ValueTask.FromResult<TimeSpan?>(TurnToNext()),
        })
        .Build();

    private TimeSpan TurnToNext()
    {
        var pause = _choice.Failed((_entropy.NextNonZero() >> 11) * Math.ScaleB(1, -53));
        ReplicaLog.ConnectFailed(_logger, _upstream, _lastError, pause);
        return pause;
    }

    private async Task RunAsync()
    {
        try
        {
            if (await _bootstrap.GoOnAsync(OwnLog(), _stopping.Token) is { } fork)
            {
                _course.PartedBefore(fork);
                Withdraw(fork);
            }
            // One execution lasts until a session was opened and ended: the pauses begin small again after each.
            while (!_stopping.IsCancellationRequested)
            {
                if (await SettleAsync()) await _patience.ExecuteAsync(async token => await FollowOnceAsync(token), _stopping.Token);
                else await Task.Delay(Timeout.Infinite, _stopping.Token);
            }
        }
        catch (Exception ended) when (_stopping.IsCancellationRequested && IsOfTheConnection(ended))
        {
            // The role ends, and whatever the connection says to that is no failure.
            _lastError = ended.Message;
        }
        catch (Exception failure)
        {
            ReplicaLog.Failed(_logger, failure);
            _fatal(failure);
        }
    }

    // Whether there is anything to follow with: a node that holds asks nobody, so that nothing can make it begin anew.
    private async Task<bool> SettleAsync()
    {
        if (_database.Standing == DigestStanding.Doubted) Become(ReplicaState.Checking);
        var mayFollow = await Task.Run(_digests.Settle, CancellationToken.None);
        if (State == ReplicaState.Checking) Become(ReplicaState.Connecting);
        if (!mayFollow) Become(ReplicaState.Holding);
        return mayFollow;
    }

    private async Task FollowOnceAsync(CancellationToken cancellation)
    {
        if (_database.Standing != DigestStanding.Sound) return;
        _upstream = _options.Upstreams[_choice.Current];
        using var link = new UpstreamLink(_upstream);
        try
        {
            if (await _bootstrap.InstallIfWholeAsync(cancellation)) _course.Bootstrapped();
            using var call = new UpstreamCall(link.Stream.Follow(cancellationToken: cancellation), _options, _time);
            var hello = _course.Hello(_database.Identity, _bootstrap.Log ?? OwnLog(), _bootstrap.FetchesElsewhere);
            var response = await call.IntroduceAsync(hello, cancellation);
            _progress.HeardOf();
            var answer = response.ToAnswer(hello.Durable.Index + 1)
                ?? throw new UpstreamException((response.Ending is { } ending ? PeerText.Shortened(ending.Message) : null) ?? $"It answered a Hello with {response.MessageCase}.");
            switch (_course.Decide(answer, hello))
            {
                case FollowerMove.Follow:
                    if (_path.Take(response.Resume.Path.ToPath(), _progress.Now) is { } objection) throw new UpstreamException(objection);
                    if (response.Resume.Primary.Length is > 0 and <= DownstreamNode.MaxTextLength) _primary = response.Resume.Primary;
                    if (response.Resume.NewestEntryKind > (uint)EntryKinds.Newest) ReplicaLog.KnowsLess(_logger, _upstream, response.Resume.NewestEntryKind, (int)EntryKinds.Newest);
                    _connected = true;
                    await FollowAsync(call, cancellation);
                    break;
                case FollowerMove.Bootstrap:
                    await _bootstrap.BeginAsync(response.NeedSnapshot, _upstream, cancellation);
                    if (_course.IsGoingInCircles) throw new UpstreamException("It asks for one snapshot after the other and goes on behind none.");
                    _choice.Reached();
                    break;
                case FollowerMove.BeginAnew:
                    _bootstrap.Abandon();
                    break;
                case FollowerMove.Reintroduce:
                    Withdraw(_course.Fork!.Value);
                    break;
                default:
                    throw new UpstreamException(answer is FollowAnswer.Refused refused ? refused.Message : "It goes on with a log that this node does not have.");
            }
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && IsOfTheConnection(failure))
        {
            _lastError = Reason(failure);
            throw failure as UpstreamException ?? new UpstreamException(_lastError, failure);
        }
        finally
        {
            _connected = false;
            _path.Leave();
            if (State is not (ReplicaState.Connecting or ReplicaState.Stopping)) Become(ReplicaState.Connecting);
        }
    }

    private static bool IsOfTheConnection(Exception failure) => failure
        is RpcException or StreamDamagedException or UpstreamException or HttpRequestException or MalformedPayloadException or TimeoutException
        or SnapshotDamagedException or SnapshotGoneException or OperationCanceledException
        || (failure is IOException io && DiskFullException.IsToldBy(io));

    private FollowerLog? OwnLog() => _database.Log is { } lease ? new FollowerLog(_database.History, lease.Log.Durable, lease.Epochs.UpTo(lease.Log.Durable.Index)) : null;

    // What was shown and is not in the history that goes on is shown no more.
    private void Withdraw(LogPosition fork)
    {
        ReplicaLog.Diverged(_logger, fork.ToString());
        if (_database.State.Index > fork.Index) _database.Withdraw();
    }

    private async Task FollowAsync(UpstreamCall call, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        var reason = await UntilItEndsAsync(call, cancellation);
        ReplicaLog.SessionEnded(_logger, _upstream, _database.Log?.Log.Durable.Index ?? 0, reason);
        if (_database.Standing == DigestStanding.Sound && _time.GetElapsedTime(began) < ShortSession) throw new UpstreamException(reason);
        _lastError = reason;
        _choice.Ended(call.FellSilent);
    }

    // A session that broke is the end of one attempt, not a failed one: it was open.
    private async Task<string> UntilItEndsAsync(UpstreamCall call, CancellationToken cancellation)
    {
        try
        {
            if (_bootstrap.Log is null) return await FollowLogAsync(call, intake: null, cancellation);
            Become(ReplicaState.Bootstrapping);
            var (installed, reason) = await _bootstrap.RunAsync(call, _upstream, cancellation);
            if (installed is null) return reason;
            _course.Bootstrapped();
            return await FollowLogAsync(call, installed, cancellation);
        }
        catch (DigestMismatchException mismatch)
        {
            return mismatch.Message;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not (ApplyException or UnsupportedFormatException or UpstreamException) && IsOfTheConnection(failure))
        {
            return Reason(failure);
        }
    }

    private async Task<string> FollowLogAsync(UpstreamCall call, StreamIntake? intake, CancellationToken cancellation)
    {
        var lease = _database.Log ?? throw new UpstreamException("It goes on with a log that this node does not have.");
        var shown = _database.State;
        if (_database.Standing != DigestStanding.Sound) return EndOfSession.Doubted; // Looked at behind it: a state that was taken back is not followed from.
        Become(ReplicaState.CatchingUp);
        ReplicaLog.Resumed(_logger, _upstream, lease.Log.Durable.Index + 1);
        using var session = new ReplicaSession(_database, lease, intake ?? StreamIntake.Behind(lease), shown, call, _progress, _path, _options, _time, _fatal, SessionMoved, _digests.Doubt);
        return await session.RunAsync(cancellation);
    }

    private static string Reason(Exception failure) =>
        PeerText.Shortened(failure is RpcException rpc ? (rpc.Status.Detail.Length > 0 ? rpc.Status.Detail : rpc.StatusCode.ToString()) : failure.Message);

    private void SessionMoved()
    {
        if (State == ReplicaState.CatchingUp && _progress.IsAtEnd) Become(ReplicaState.Streaming);
        else if (State == ReplicaState.Streaming && !_progress.IsAtEnd) Become(ReplicaState.CatchingUp);
    }

    private void Become(ReplicaState next)
    {
        lock (_stateGate)
        {
            if (_state == ReplicaState.Stopping) return;
            if (!_state.CanMoveTo(next)) throw new InvalidOperationException($"A replica cannot become {next} from {_state}.");
            ReplicaLog.StateChanged(_logger, _state, next);
            _state = next;
        }
    }
}
