using Grpc.Core;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Log;
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
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly AsyncDuplexStreamingCall<FollowRequest, FollowResponse> _call;
    private readonly LogPump _pump;
    private readonly FrameIntake _intake;
    private readonly CommittedApplier _applier;
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
        _intake = new FrameIntake(tail, _lease.Epochs.UpTo(tail.Index));
        _applier = new CommittedApplier(new StateBuilder(database.State, database.Digests));
        _applied = _applier.Applied;
        TakeDurableTail(tail);
        _pump = new LogPump(database, _lease.Log, fatal);
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

    // What is in this node's log but was not known to be committed when it was opened.
    private void TakeDurableTail(in LogTail tail)
    {
        if (_applier.Applied >= tail.Index) return;
        using var cursor = _lease.Log.OpenCursor(_applier.Applied + 1);
        for (var run = cursor.Read(tail.Index); !run.IsEmpty; run = cursor.Read(tail.Index))
        {
            var frames = run.Frames.Span;
            while (!frames.IsEmpty)
            {
                var header = FrameHeader.Read(frames);
                _applier.Take(frames[..header.Length], header);
                frames = frames[header.Length..];
            }
        }
    }

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
            switch (message.MessageCase)
            {
                case FollowResponse.MessageOneofCase.Frames:
                    await TakeAsync(message.Frames, cancellation);
                    break;
                case FollowResponse.MessageOneofCase.Heartbeat:
                    Take(message.Heartbeat);
                    break;
                case FollowResponse.MessageOneofCase.Ending:
                    return message.Ending.Message;
                default:
                    return $"a message came that does not belong there ({message.MessageCase}).";
            }
        }
    }

    private async Task TakeAsync(Frames frames, CancellationToken cancellation)
    {
        var commitIndex = PositionMap.ToIndex(frames.CommitIndex);
        if (commitIndex > PositionMap.ToIndex(frames.LastIndex)) throw new StreamDamagedException(_intake.Tail.Index + 1, "the commit index is beyond the frames");
        if (!frames.Continued) _applier.MoveCommitIndex(commitIndex);
        _intake.Take(frames.Data.Span, frames.Continued, Take);
        _lease.Epochs = _intake.Epochs;
        if (!frames.Continued) Show(commitIndex);
        await _pump.FlushAsync(cancellation);
    }

    private void Take(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        _pump.Take(frame, header);
        _applier.Take(frame, header);
    }

    private void Take(Heartbeat heartbeat)
    {
        var commitIndex = PositionMap.ToIndex(heartbeat.CommitIndex);
        if (commitIndex > _intake.Tail.Index) throw new StreamDamagedException(_intake.Tail.Index + 1, "the commit index is beyond what was sent");
        _applier.MoveCommitIndex(commitIndex);
        Show(commitIndex);
        var upstreamIndex = PositionMap.ToIndex(heartbeat.DurableIndex);
        _progress.Heard(heartbeat.EchoedStamp, commitIndex, upstreamIndex, TimeSpan.FromMilliseconds(Math.Min(heartbeat.SenderAgeMillis, uint.MaxValue)), _applier.Applied);
    }

    private void Show(long commitIndex)
    {
        _database.MoveCommitIndex(Math.Min(commitIndex, _intake.Tail.Index));
        if (_applier.Applied > _database.State.Index)
        {
            _database.Publish(_applier.Freeze());
            Interlocked.Exchange(ref _applied, _applier.Applied);
        }
        _progress.Applied(_applier.Applied, commitIndex);
        _moved();
    }

    private async Task AcknowledgeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var moved = _pump.Moved.Next;
            var received = _pump.Taken.Index;
            var ack = new Ack
            {
                Received = (ulong)received,
                Durable = (ulong)Math.Min(received, _lease.Log.Durable.Index),
                Applied = (ulong)Math.Min(received, Interlocked.Read(ref _applied)),
                Stamp = _progress.Stamp(),
            };
            await _call.RequestStream.WriteAsync(new FollowRequest { Ack = ack }, cancellation);
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(moved, Task.Delay(_options.AckInterval, _time, timer.Token));
            await timer.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
