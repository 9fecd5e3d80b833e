using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Records;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Replica;

/// <summary>
/// One session behind Resume: takes frames in, appends and applies them, and acknowledges. Applying does not wait for
/// this node's disk, because what is committed is durable elsewhere; acknowledging does.
/// </summary>
internal sealed class ReplicaSession : IDisposable
{
    private readonly LocalDatabase _database;
    private readonly LogLease _lease;
    private readonly ReplicaProgress _progress;
    private readonly FollowedPath _path;
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly UpstreamCall _call;
    private readonly LogPump _pump;
    private readonly StreamReceiver _receiver;
    private readonly Action _moved;
    private readonly Action<DigestMismatchException> _doubt;
    private long _applied;

    public ReplicaSession(
        LocalDatabase database,
        LogLease lease,
        StreamIntake intake,
        DatabaseState shown,
        UpstreamCall call,
        ReplicaProgress progress,
        FollowedPath path,
        ReplicaOptions options,
        TimeProvider time,
        Action<Exception> fatal,
        Action moved,
        Action<DigestMismatchException> doubt)
    {
        _moved = moved;
        _doubt = doubt;
        _database = database;
        _lease = lease;
        _call = call;
        _progress = progress;
        _path = path;
        _options = options;
        _time = time;
        _pump = new LogPump(_lease.Log, () => database.CommitIndex, database.Durable.Fire, fatal);
        _receiver = new StreamReceiver(intake, shown, database.Digests, _pump.Take);
        _applied = _receiver.Applied;
    }

    /// <summary>Runs until the session ends.</summary>
    /// <returns>Why it ended.</returns>
    /// <exception cref="UpstreamException">The upstream must not be followed: its data comes over this node, or from nobody.</exception>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var acknowledging = new Acknowledger(_call, _pump.Moved, Acknowledgement, _options.AckInterval, _time).RunAsync(ending.Token);
        try
        {
            _lease.Log.ReadEach(_receiver.Applied + 1, _receiver.Tail.Index, _receiver.TakeLogged);
            return await ReceiveAsync(ending.Token);
        }
        catch (DigestMismatchException met)
        {
            // At once: what is shown is as doubtful as what would be. The entry itself goes to the disk all the same.
            _doubt(met);
            throw;
        }
        finally
        {
            await ending.CancelAsync();
            // However it ends: the receiving side knows why the session ended.
            await Task.WhenAny(acknowledging);
            await _pump.DrainAsync(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pump.Dispose();

    private async Task<string> ReceiveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var (message, end) = await _call.NextAsync(_receiver.Tail.Index + 1, cancellation);
            if (message is null) return end!;
            if (_database.Standing != DigestStanding.Sound) return EndOfSession.Doubted;
            switch (message.MessageCase)
            {
                case FollowResponse.MessageOneofCase.Frames:
                    await TakeAsync(message.Frames.ToFrames(), cancellation);
                    break;
                case FollowResponse.MessageOneofCase.Heartbeat:
                    Take(message.Heartbeat.ToHeartbeat());
                    break;
                default:
                    return EndOfSession.Misplaced(message);
            }
        }
    }

    private async Task TakeAsync(StreamFrames frames, CancellationToken cancellation)
    {
        try
        {
            _receiver.Take(frames);
        }
        finally
        {
            // Frames before a damaged one are kept, and so is a reign that began with them.
            _lease.Epochs = _receiver.Epochs;
        }
        _progress.Received(frames.Data.Length, _receiver.Tail.Index);
        Show();
        await _pump.FlushAsync(cancellation);
    }

    private void Take(in StreamHeartbeat heartbeat)
    {
        if (_path.Take(heartbeat.Path, _progress.Now) is { } objection) throw new UpstreamException(objection);
        _receiver.Take(heartbeat);
        Show();
        _progress.Heard(heartbeat, _receiver.Tail.Index, _receiver.Applied);
    }

    private void Show()
    {
        _database.MoveCommitIndex(_receiver.CommitIndex);
        if (_receiver.Newer(_database.State) is { } newer)
        {
            _database.Publish(newer);
            Interlocked.Exchange(ref _applied, newer.Index);
        }
        _progress.Applied(_receiver.Applied, _receiver.CommitIndex, _receiver.WaitingBytes);
        _moved();
    }

    private Acknowledgement Acknowledgement()
    {
        var received = _pump.Taken.Index;
        return new Acknowledgement(received, Math.Min(received, _lease.Log.Durable.Index), Math.Min(received, Interlocked.Read(ref _applied)), _progress.Stamp())
        {
            Below = _call.Reporter.Next(_options.Below, _progress.Now),
        };
    }
}
