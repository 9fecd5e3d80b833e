using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Records;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Replica.Bootstrapping;

/// <summary>
/// One session behind Resume while the snapshot is still being fetched: takes frames into the log behind it, and
/// acknowledges them, until the state is loaded and nearly at the end of that log.
/// </summary>
internal sealed class BootstrapSession : IDisposable
{
    /// <summary>A state no further behind than this is installed: the rest is applied in a moment.</summary>
    private const long NearEntries = 4096;

    /// <summary>Against a log that grows as fast as it is applied.</summary>
    private const int MaxReplays = 8;

    private readonly Bootstrap _bootstrap;
    private readonly Func<Bootstrap, DatabaseState, long, CancellationToken, DatabaseState> _replay;
    private readonly UpstreamCall _call;
    private readonly ReplicaProgress _progress;
    private readonly FollowedPath _path;
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly LogPump _pump;

    public BootstrapSession(Bootstrap bootstrap, Func<Bootstrap, DatabaseState, long, CancellationToken, DatabaseState> replay, UpstreamCall call, ReplicaProgress progress, FollowedPath path, ReplicaOptions options, TimeProvider time, Action<Exception> fatal)
    {
        _bootstrap = bootstrap;
        _replay = replay;
        _call = call;
        _progress = progress;
        _path = path;
        _options = options;
        _time = time;
        Intake = StreamIntake.Behind(bootstrap.Log);
        _pump = new LogPump(bootstrap.Log.Log, () => Intake.CommitIndex, static () => { }, fatal);
    }

    /// <summary>Where the stream is: whoever goes on with it needs the beginning of an entry that may have come.</summary>
    public StreamIntake Intake { get; }

    /// <summary>Runs until the session ends or the state can be installed; then everything that was taken in is durable, and nobody reads from the stream.</summary>
    /// <param name="fetch">Fetches what is missing.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The state to install, or why the session ended.</returns>
    public async Task<(DatabaseState? State, string Reason)> RunAsync(Func<CancellationToken, Task> fetch, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var acknowledger = new Acknowledger(_call, _pump.Moved, Acknowledgement, _options.AckInterval, _time);
        var acknowledging = acknowledger.RunAsync(ending.Token);
        var bringing = BringAsync(fetch, ending.Token);
        try
        {
            if (await ReceiveAsync(bringing, ending.Token) is { } reason) return (null, reason);
            var state = await bringing;
            acknowledger.Finish();
            // If the stream broke meanwhile, the state is as good; what follows notices.
            await Task.WhenAny(acknowledging).WaitAsync(_options.SilenceTimeout, _time, cancellation);
            await _pump.DrainAsync(cancellation);
            return (_replay(_bootstrap, state, Intake.CommitIndex, cancellation), string.Empty);
        }
        finally
        {
            await ending.CancelAsync();
            // However they end: why the session ended is known by now.
            await Task.WhenAny(acknowledging);
            await Task.WhenAny(bringing);
            await _pump.DrainAsync(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pump.Dispose();

    private async Task<DatabaseState> BringAsync(Func<CancellationToken, Task> fetch, CancellationToken cancellation)
    {
        await fetch(cancellation);
        return await Task.Run(() => Load(cancellation), cancellation);
    }

    private DatabaseState Load(CancellationToken cancellation)
    {
        var state = _bootstrap.Load(cancellation);
        for (var replays = 0; replays < MaxReplays; replays++)
        {
            var newer = _replay(_bootstrap, state, Intake.CommitIndex, cancellation);
            var isNear = newer.Index - state.Index <= NearEntries;
            state = newer;
            if (isNear) break;
        }
        return state;
    }

    // Null when there is a state, or none because bringing it failed.
    private async Task<string?> ReceiveAsync(Task bringing, CancellationToken cancellation)
    {
        while (!bringing.IsCompleted)
        {
            var (message, end) = await _call.NextAsync(Intake.Tail.Index + 1, unless: bringing, cancellation);
            if (end is not null) return end;
            if (message is null) break;
            switch (message.MessageCase)
            {
                case FollowResponse.MessageOneofCase.Frames:
                    await TakeAsync(message.Frames.ToFrames(), cancellation);
                    break;
                case FollowResponse.MessageOneofCase.Heartbeat:
                    var heartbeat = message.Heartbeat.ToHeartbeat();
                    if (_path.Take(heartbeat.Path, _progress.Now) is { } objection) throw new UpstreamException(objection);
                    Intake.Take(heartbeat);
                    // What is missing is the snapshot as well, of which this does not speak.
                    _progress.Heard(heartbeat with { BytesBehind = null }, received: 0, applied: 0);
                    break;
                default:
                    return EndOfSession.Misplaced(message);
            }
        }
        return null;
    }

    private async Task TakeAsync(StreamFrames frames, CancellationToken cancellation)
    {
        try
        {
            Intake.Take(frames, _pump.Take);
        }
        finally
        {
            // Frames before a damaged one are kept, and so is a reign that began with them.
            _bootstrap.Log.Epochs = Intake.Epochs;
        }
        _progress.HeardOf();
        await _pump.FlushAsync(cancellation);
    }

    private Acknowledgement Acknowledgement()
    {
        var received = _pump.Taken.Index;
        return new Acknowledgement(received, Math.Min(received, _bootstrap.Log.Log.Durable.Index), Applied: 0, _progress.Stamp(), _bootstrap.Progress)
        {
            Below = _call.Reporter.Next(_options.Below, _progress.Now),
        };
    }
}
