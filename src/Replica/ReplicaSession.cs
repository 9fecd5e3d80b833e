using Grpc.Core;
using Replication.Core.Database;
using Replication.Core.Following;
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
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly AsyncDuplexStreamingCall<FollowRequest, FollowResponse> _call;
    private readonly LogPump _pump;
    private readonly StreamReceiver _receiver;
    private readonly Action _moved;
    private long _applied;

    public ReplicaSession(
        LocalDatabase database,
        LogLease lease,
        AsyncDuplexStreamingCall<FollowRequest, FollowResponse> call,
        ReplicaProgress progress,
        ReplicaOptions options,
        TimeProvider time,
        Action<Exception> fatal,
        Action moved)
    {
        _moved = moved;
        _database = database;
        _lease = lease;
        _call = call;
        _progress = progress;
        _options = options;
        _time = time;
        var tail = _lease.Log.Durable;
        _pump = new LogPump(database, _lease.Log, fatal);
        _receiver = new StreamReceiver(tail, _lease.Epochs.UpTo(tail.Index), database.State, database.Digests, _pump.Take);
        _applied = _receiver.Applied;
        _lease.Log.ReadEach(_receiver.Applied + 1, tail.Index, _receiver.TakeLogged);
    }

    /// <summary>Runs until the session ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var acknowledging = AcknowledgeAsync(ending.Token);
        try
        {
            return await ReceiveAsync(ending.Token);
        }
        finally
        {
            await ending.CancelAsync();
            await Quietly(acknowledging);
            await _pump.DrainAsync(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pump.Dispose();

    private static async Task Quietly(Task acknowledging)
    {
        try
        {
            await acknowledging;
        }
        catch (Exception ended) when (ended is OperationCanceledException or RpcException or InvalidOperationException or IOException)
        {
            // The receiving side knows why the session ended, and says so.
            _ = ended;
        }
    }

    private async Task<string> ReceiveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            bool more;
            try
            {
                more = await _call.ResponseStream.MoveNext(cancellation).WaitAsync(_options.SilenceTimeout, _time, cancellation);
            }
            catch (TimeoutException)
            {
                return $"nothing came for {_options.SilenceTimeout.TotalSeconds} s.";
            }
            if (!more) return "the upstream closed the stream.";
            var message = _call.ResponseStream.Current;
            message.ThrowIfChanged(_receiver.Tail.Index + 1);
            switch (message.MessageCase)
            {
                case FollowResponse.MessageOneofCase.Frames:
                    await TakeAsync(message.Frames.ToFrames(), cancellation);
                    break;
                case FollowResponse.MessageOneofCase.Heartbeat:
                    Take(message.Heartbeat.ToHeartbeat());
                    break;
                case FollowResponse.MessageOneofCase.Ending:
                    return message.Ending.Message;
                default:
                    return $"a message came that does not belong there ({message.MessageCase}).";
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
        Show();
        await _pump.FlushAsync(cancellation);
    }

    private void Take(in StreamHeartbeat heartbeat)
    {
        _receiver.Take(heartbeat);
        Show();
        _progress.Heard(heartbeat, _receiver.Applied);
    }

    private void Show()
    {
        _database.MoveCommitIndex(_receiver.CommitIndex);
        if (_receiver.Newer(_database.State) is { } newer)
        {
            _database.Publish(newer);
            Interlocked.Exchange(ref _applied, newer.Index);
        }
        _progress.Applied(_receiver.Applied, _receiver.CommitIndex);
        _moved();
    }

    private async Task AcknowledgeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var moved = _pump.Moved.Next;
            var received = _pump.Taken.Index;
            var acknowledgement = new Acknowledgement(
                received, Math.Min(received, _lease.Log.Durable.Index), Math.Min(received, Interlocked.Read(ref _applied)), _progress.Stamp());
            await _call.RequestStream.WriteAsync(acknowledgement.ToMessage(), cancellation);
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(moved, Task.Delay(_options.AckInterval, _time, timer.Token));
            await timer.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
